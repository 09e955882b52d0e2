import { addDays, addMonths, type Day } from "../../calendar/days";
import { formatAmount } from "../../ui/format";
import type { Compare } from "./range-search";

/** Whole days by the clocks of the site, the last one too. */
export interface Range {
  from: Day;
  to: Day;
}

/** In months. */
const quarter = 3;
const year = 12;

const spans = {
  today: { label: "Today", of: (today: Day) => ({ from: today, to: today }) },
  yesterday: {
    label: "Yesterday",
    of: (today: Day) => ({ from: addDays(today, -1), to: addDays(today, -1) }),
  },
  "7d": { label: "Last 7 days", of: lastDays(7) },
  "28d": { label: "Last 28 days", of: lastDays(28) },
  "30d": { label: "Last 30 days", of: lastDays(30) },
  "90d": { label: "Last 90 days", of: lastDays(90) },
  month: { label: "This month", of: thisOne(1) },
  "last-month": { label: "Last month", of: lastOne(1) },
  quarter: { label: "This quarter", of: thisOne(quarter) },
  "last-quarter": { label: "Last quarter", of: lastOne(quarter) },
  year: { label: "This year", of: thisOne(year) },
  "last-year": { label: "Last year", of: lastOne(year) },
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

/**
 * The range before or after, of a whole month, quarter or year where it is one, as far as that has
 * come; none begins after today.
 */
export function stepped(range: Range, count: 1 | -1, today: Day): Range {
  const upToToday = (first: Day, months: number): Range => ({
    from: first,
    to: earlier(endOf(first, months), today),
  });
  const months = [1, quarter, year].find((months) => {
    const { from, to } = upToToday(beginningOf(range.from, months), months);
    return range.from === from && range.to === to;
  });
  if (months) return upToToday(addMonths(range.from, months * count), months);
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

/** So many days up to today. */
function lastDays(count: number) {
  return (today: Day): Range => ({ from: addDays(today, 1 - count), to: today });
}

/** The month, quarter or year that it is, as far as it has come. */
function thisOne(months: number) {
  return (today: Day): Range => ({ from: beginningOf(today, months), to: today });
}

/** The one before. */
function lastOne(months: number) {
  return (today: Day): Range => {
    const first = addMonths(beginningOf(today, months), -months);
    return { from: first, to: endOf(first, months) };
  };
}

/** The first day of the month, quarter or year that a day lies in. */
function beginningOf(day: Day, months: number): Day {
  const month = Number(day.slice(5, 7)) - 1;
  return addMonths(`${day.slice(0, 7)}-01`, -(month % months));
}

/** The last day of so many months. */
function endOf(first: Day, months: number): Day {
  return addDays(addMonths(first, months), -1);
}

function earlier(one: Day, other: Day): Day {
  return one < other ? one : other;
}

const written = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" } as const;
const days = new Intl.DateTimeFormat("en-GB", written);
const oneDay = new Intl.DateTimeFormat("en-GB", { weekday: "short", ...written });
