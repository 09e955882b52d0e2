import { getRouteApi } from "@tanstack/react-router";
import { rowsOf, useSyncs } from "../api/lists";
import { ownZone } from "../syncs/schedule/times";
import { changeSearch } from "../ui/address";
import { Button, IconButton } from "../ui/button";
import { Select } from "../ui/fields";
import { addDays, addMonths, type Day } from "./days";
import type { CalendarSearch } from "./search";

const route = getRouteApi("/signed-in/calendar");

const views = [
  { value: "", label: "Week" },
  { value: "month", label: "Month" },
] as const;

interface ToolbarProps {
  /** The day around which the calendar is. */
  day: Day;
  /** The zones that schedules name. */
  zones: readonly string[];
}

/** Moves through time, and says how much of it is seen, of which sync and by whose clocks. */
export function CalendarToolbar({ day, zones }: ToolbarProps) {
  const { view, zone = "", sync = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const syncs = rowsOf(useSyncs());
  const show = (change: { [Name in keyof CalendarSearch]?: CalendarSearch[Name] | undefined }) =>
    navigate({ search: (now) => changeSearch(now, change), resetScroll: false });
  const step = (count: number) =>
    show({ day: view === "month" ? addMonths(day, count) : addDays(day, count * 7) });
  const word = view ?? "week";
  return (
    <div className="toolbar">
      <IconButton label={`Previous ${word}`} icon="chevronLeft" onPress={() => step(-1)} />
      <Button onPress={() => show({ day: undefined })}>Today</Button>
      <IconButton label={`Next ${word}`} icon="chevronRight" onPress={() => step(1)} />
      <Select
        label="View"
        hideLabel
        options={views}
        value={view ?? ""}
        onChange={(view) => show({ view: view || undefined })}
      />
      <Select
        label="Sync"
        hideLabel
        options={[
          { value: "", label: "Every sync" },
          ...syncs.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        value={sync}
        onChange={(sync) => show({ sync })}
      />
      <Select
        label="By the clocks of"
        hideLabel
        options={[
          { value: "", label: `Your clock, ${ownZone()}` },
          ...zones.map((zone) => ({ value: zone, label: zone })),
        ]}
        value={zone}
        onChange={(zone) => show({ zone })}
      />
    </div>
  );
}
