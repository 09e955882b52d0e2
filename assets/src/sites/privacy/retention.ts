import type { Site } from "../../api/types";
import type { Option } from "../../ui/fields";

export type Retention = Site["retention"];

/** What stands for keeping something as long as there is the site. */
export const forEver = "for ever";

const months: Readonly<Record<string, string>> = {
  30: "30 days",
  60: "60 days",
  183: "6 months",
  396: "13 months",
  761: "25 months",
  1127: "37 months",
  1827: "5 years",
  3653: "10 years",
};

/** How long something can be kept, no shorter than `least`, and what a site has now besides. */
export function spans(now: number | undefined, least = 0): Option<string>[] {
  const days = new Set([...Object.keys(months).map(Number), ...(now ? [now] : [])]);
  const offered = [...days].filter((days) => days >= least).sort((one, other) => one - other);
  return [
    ...offered.map((days) => ({ value: String(days), label: spanWords(days) })),
    { value: forEver, label: spanWords(undefined) },
  ];
}

/** "13 months", "450 days", "For ever". */
export function spanWords(days: number | undefined): string {
  return days === undefined ? "For ever" : (months[days] ?? `${days} days`);
}

export function chosen(days: number | undefined): string {
  return days === undefined ? forEver : String(days);
}

export function daysOf(choice: string): number | undefined {
  return choice === forEver ? undefined : Number(choice);
}

/** Whether something is lost by going from one to another. */
export function isShorter(before: Retention, after: Retention): boolean {
  const less = (before = Infinity, after = Infinity) => after < before;
  return less(before.events_days, after.events_days) || less(before.sums_days, after.sums_days);
}
