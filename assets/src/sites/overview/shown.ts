import type { Report, SiteDay, SiteHour, SiteLine, SiteOverview, SiteTable } from "../../api/types";
import { addDays, type Day, startOf } from "../../calendar/days";
import type { Dimension } from "./dimensions";
import type { Figures } from "./metrics";
import { counterpart, lengthOf } from "./range";

/** One step of a trend, with what the appliance tells of it. */
export type DayFigures = SiteDay & Partial<Figures>;

/** What an overview shows; a table is missing while it is read or nobody looks at it. */
export interface Shown
  extends Omit<SiteOverview, Dimension | "days" | "days_before">,
    Partial<Pick<SiteOverview, Dimension>> {
  days: DayFigures[];
  days_before?: DayFigures[];
}

/** An overview, and what a report by day knows besides: rates, which are no sums. */
export function withRates(overview: SiteOverview, byDay: Report | undefined): Shown {
  if (!byDay || byDay.from !== overview.from || byDay.to !== overview.to) return overview;
  const { days, days_before } = overview;
  const rows = new Map(byDay.rows.map((row) => [row.values[0], row]));
  return {
    ...overview,
    days: days.map((day) => ({ ...rows.get(day.day)?.metrics, ...day })),
    days_before: days_before?.map((day, at) => ({
      ...rows.get(addDays(overview.from, at))?.before,
      ...day,
    })),
  };
}

/** What reports tell of those visits alone that filters pick. */
export interface Narrowed {
  /** Over the hours of the one day of its range, or over its days. */
  bySteps: Report;
  /** Over the days that it is compared with, once that is read. */
  before: Report | undefined;
  tables: Partial<Record<Dimension, Report>>;
  visitorIds: SiteOverview["visitor_ids"];
  zone: string;
}

/** The same as an overview, from reports. */
export function shownOf({ bySteps, before: then, tables, visitorIds, zone }: Narrowed): Shown {
  const { from, to, known_at, currency, time_zone, before, totals, totals_before } = bySteps;
  const isDay = from === to;
  return {
    from,
    to,
    known_at,
    currency,
    time_zone,
    visitor_ids: visitorIds,
    totals: { ...noFigures, ...known(totals) },
    before: before && { ...before, totals: { ...noFigures, ...known(totals_before ?? {}) } },
    days: isDay ? [{ ...noFigures, ...known(totals), day: from }] : daysOf(bySteps),
    ...(isDay ? { hours: hoursOf(bySteps, zone) } : {}),
    ...(then && !isDay ? { days_before: daysBefore(bySteps, then) } : {}),
    ...Object.fromEntries(Object.entries(tables).map(([id, table]) => [id, tableOf(table)])),
  };
}

/** What each day is held against. */
function daysBefore(now: Report, then: Report): DayFigures[] {
  const days = new Map(daysOf(then).map((day) => [day.day, day]));
  return daysOf(now).map(({ day }) => {
    const before = counterpart(day, now, then);
    return days.get(before) ?? { ...noFigures, day: before };
  });
}

const noFigures = {
  events: 0,
  views: 0,
  visits: 0,
  visitors: 0,
  conversions: 0,
  purchases: 0,
  revenue: "0",
};

/** Figures without those that are told to be none. */
function known(figures: object): Partial<Figures> {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== null));
}

/** A day that no row tells of had none of them. */
function daysOf({ from, to, rows }: Report): DayFigures[] {
  const found = new Map(rows.map(({ values, metrics }) => [values[0], metrics]));
  return Array.from({ length: lengthOf({ from, to }) }, (_, at) => {
    const day = addDays(from, at);
    return { ...noFigures, ...known(found.get(day) ?? {}), day };
  });
}

const hourMs = 3_600_000;
const hoursOfDay = Array.from({ length: 24 }, (_, hour) => hour);

function hoursOf({ rows, from }: Report, zone: string): (SiteHour & Partial<Figures>)[] {
  const found = new Map(rows.map(({ values, metrics }) => [Number(values[0]), metrics]));
  return hoursOfDay.map((hour) => ({
    ...noFigures,
    ...known(found.get(hour) ?? {}),
    hour: hourAt(from, hour, zone),
  }));
}

/** An hour of a day as the appliance writes it, with its distance from UTC. */
function hourAt(day: Day, hour: number, zone: string): string {
  const moment = startOf(day, zone).getTime() + hour * hourMs;
  const wall = `${day}T${two(hour)}:00:00`;
  const minutes = Math.round((Date.parse(`${wall}Z`) - moment) / 60_000);
  const away = Math.abs(minutes);
  return `${wall}${minutes < 0 ? "-" : "+"}${two(Math.floor(away / 60))}:${two(away % 60)}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}

function tableOf(report: Report): SiteTable {
  return {
    total: report.found,
    lines: report.rows.map(
      ({ values, metrics }): SiteLine => ({
        ...noFigures,
        ...known(metrics),
        value: values[0] ?? "",
      }),
    ),
  };
}
