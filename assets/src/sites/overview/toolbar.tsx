import type { Site } from "../../api/types";
import type { Day } from "../../calendar/days";
import { IconButton } from "../../ui/button";
import { Select } from "../../ui/fields";
import { type Range, stepped } from "./range";
import { RangePicker } from "./range-picker";
import type { RangeSearch, ShowRange } from "./range-search";

const comparisons = [
  { value: "", label: "Compared with the days before" },
  { value: "year", label: "Compared with a year before" },
  { value: "year_by_weekday", label: "Compared with the same weekdays a year before" },
  { value: "none", label: "Not compared" },
] as const;

interface RangeStepsProps {
  site: Site;
  search: RangeSearch;
  /** The days that it means. */
  range: Range;
  today: Day;
  show: ShowRange;
}

/** Which days, and the way to those before and after. */
export function RangeSteps({ site, search, range, today, show }: RangeStepsProps) {
  const step = (count: 1 | -1) => show({ range: undefined, ...stepped(range, count, today) });
  return (
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
  );
}

interface ComparedProps {
  compare: RangeSearch["compare"];
  show: ShowRange;
}

/** Beside which other days. */
export function Compared({ compare, show }: ComparedProps) {
  return (
    <Select
      label="Compared"
      hideLabel
      options={comparisons}
      value={compare ?? ""}
      onChange={(compare) => show({ compare: compare || undefined })}
    />
  );
}
