import { getRouteApi } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Site } from "../../api/types";
import type { Day } from "../../calendar/days";
import { IconButton } from "../../ui/button";
import { Select } from "../../ui/fields";
import { type Range, stepped } from "./range";
import { RangePicker } from "./range-picker";
import { useShow } from "./show";

const route = getRouteApi("/signed-in/sites/$id");

const comparisons = [
  { value: "", label: "Compared with the days before" },
  { value: "year", label: "Compared with a year before" },
  { value: "none", label: "Not compared" },
] as const;

interface ToolbarProps {
  site: Site;
  range: Range;
  today: Day;
  /** Stands at the end: when the figures were known. */
  children: ReactNode;
}

/** Which days, and beside which. */
export function OverviewToolbar({ site, range, today, children }: ToolbarProps) {
  const search = route.useSearch();
  const show = useShow();
  const step = (count: 1 | -1) => show({ range: undefined, ...stepped(range, count, today) });
  return (
    <div className="toolbar range-toolbar">
      <div className="range-steps">
        <IconButton label="Earlier days" icon="chevronLeft" onPress={() => step(-1)} />
        <RangePicker
          search={search}
          range={range}
          today={today}
          weekStart={site.week_start}
          onChange={show}
        />
        <IconButton
          label="Later days"
          icon="chevronRight"
          isDisabled={range.to >= today}
          onPress={() => step(1)}
        />
      </div>
      <Select
        label="Compared"
        hideLabel
        options={comparisons}
        value={search.compare ?? ""}
        onChange={(compare) => show({ compare: compare || undefined })}
      />
      {children}
    </div>
  );
}
