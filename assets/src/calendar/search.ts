import { readTexts, type Texts } from "../ui/address";
import { isDay } from "./days";

/**
 * What of the calendar is shown; all of it stands in the address.
 *
 * `view` is a week when left out; `day` is one of its days, today when left out; `zone` says by
 * whose clocks, the reader's own when left out; `sync` is the id of the only one that is shown.
 */
export type CalendarSearch = Texts<"day" | "zone" | "sync"> & { view?: "month" };

/** Reads the address; what is no day and no view is left out. */
export function readCalendarSearch(search: Record<string, unknown>): CalendarSearch {
  const { view, day, ...rest } = readTexts(search, ["view", "day", "zone", "sync"]);
  return {
    ...rest,
    ...(view === "month" ? { view } : {}),
    ...(day && isDay(day) ? { day } : {}),
  };
}
