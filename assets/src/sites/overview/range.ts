import { addDays, addMonths, type Day } from "../../calendar/days";
import { formatAmount } from "../../ui/format";
import type { Compare } from "./range-search";

/** Whole days by the clocks of the site, the last one too. */
export interface Range {
  from: Day;
  to: Day;
}

const spans = {
  today: { label: "Today", of: (today: Day) => ({ from: today, to: today }) },
  yesterday: {
    label: "Yesterday",
    of: (today: Day) => ({ from: addDays(today, -1), to: addDays(today, -1) }),
  },
  "7d": { label: "Last 7 days", of: (today: Day) => ({ from: addDays(today, -6), to: today }) },
  "28d": { label: "Last 28 days", of: (today: Day) => ({ from: addDays(today, -27), to: today }) },
  "90d": { label: "Last 90 days", of: (today: Day) => ({ from: addDays(today, -89), to: today }) },
  month: { label: "This month", of: (today: Day) => ({ from: monthOf(today), to: today }) },
  "last-month": {
    label: "Last month",
    of: (today: Day) => ({
      from: addMonths(monthOf(today), -1),
      to: addDays(monthOf(today), -1),
    }),
  },
  year: {
    label: "This year",
    of: (today: Day) => ({ from: `${today.slice(0, 4)}-01-01`, to: today }),
  },
} as const;

export type Preset = keyof typeof spans;

/** In the order in which they are offered. */
export const presets = (Object.keys(spans) as Preset[]).map((id) => ({
  id,
  label: spans[id].label,
}));

export const usualPreset: Preset = "28d";

export function isPreset(text: string): text is Preset {
  return Object.hasOwn(spans, text);
}

/** The days that an address means. */
export function rangeOf(
  { range, from, to }: { range?: Preset; from?: Day; to?: Day },
  today: Day,
): Range {
  if (from && to) return { from, to };
  return spans[range ?? usualPreset].of(today);
}

/** What days are compared with. */
/** The days that those are compared with: as many before, or those of a year before. */
export function comparedWith(range: Range, compare: Compare): Range | undefined {
  if (compare === "none") return undefined;
  const moves: Record<Exclude<Compare, "none">, (day: Day) => Day> = {
    previous: (day) => addDays(day, -lengthOf(range)),
    year: (day) => addMonths(day, -12),
    year_by_weekday: (day) => addDays(day, -364),
  };
  const move = moves[compare];
  return { from: move(range.from), to: move(range.to) };
}

/** Whether the appliance tells of the days by themselves: it goes two years back. */
export function isWithinReach({ from }: Range, today: Day): boolean {
  return from >= addMonths(today, -24);
}

/** How many days. */
export function lengthOf({ from, to }: Range): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000) + 1;
}

/**
 * The day that one of a range is held against: the one at the same place. Only where a 29th of
 * February lies in one of both alone, it is the same date a year before.
 */
export function counterpart(day: Day, range: Range, before: Range): Day {
  if (lengthOf(range) !== lengthOf(before)) return addMonths(day, -12);
  return addDays(day, -daysApart(range, before));
}

/** How many days lie between the beginnings of both. */
export function daysApart(range: Range, before: Range): number {
  return lengthOf({ from: before.from, to: range.from }) - 1;
}

/** The range before or after, of whole months where it is one; none begins after today. */
export function stepped(range: Range, count: 1 | -1, today: Day): Range {
  const month = monthOf(range.from);
  const isMonth = range.from === month && range.to === earlier(endOf(month), today);
  if (isMonth) {
    const next = addMonths(month, count);
    return { from: next, to: earlier(endOf(next), today) };
  }
  const days = lengthOf(range);
  const to = earlier(addDays(range.to, days * count), today);
  return { from: addDays(to, 1 - days), to };
}

/** As few words as tell the days: "Fri 27 Nov 2026", "31 Oct – 27 Nov 2026". */
export function rangeWords({ from, to }: Range): string {
  const [first, last] = [from, to].map((day) => new Date(`${day}T00:00:00Z`)) as [Date, Date];
  return from === to ? oneDay.format(first).replace(",", "") : days.formatRange(first, last);
}

/** What it is called: a preset's name, or how many days it has. */
export function rangeName({ range, from, to }: { range?: Preset; from?: Day; to?: Day }): string {
  if (from && to) return formatAmount(lengthOf({ from, to }), "day");
  return spans[range ?? usualPreset].label;
}

function monthOf(day: Day): Day {
  return `${day.slice(0, 7)}-01`;
}

function endOf(month: Day): Day {
  return addDays(addMonths(month, 1), -1);
}

function earlier(one: Day, other: Day): Day {
  return one < other ? one : other;
}

const written = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" } as const;
const days = new Intl.DateTimeFormat("en-GB", written);
const oneDay = new Intl.DateTimeFormat("en-GB", { weekday: "short", ...written });
