import type { Report } from "../../api/types";
import { addDays, addMonths } from "../../calendar/days";
import { dayLabel } from "../../calendar/grid";
import { type DimensionId, valueWords, weekdays } from "../filters/dimensions";
import { figureOf, type Metric } from "../overview/metrics";
import type { Point } from "../overview/points";
import { counterpart, daysApart, lengthOf, type Range } from "../overview/range";
import type { ReportMetricId } from "./metrics";

type Row = Report["rows"][number];

/**
 * Whether the steps of a range have counterparts among those before: weeks where whole weeks lie
 * between, months where it is a year, weekdays where both have as many of each.
 */
export function isComparable(dimension: DimensionId, range: Range, before: Range): boolean {
  switch (dimension) {
    case "week":
      return lengthOf(range) === lengthOf(before) && daysApart(range, before) % 7 === 0;
    case "weekday":
      return (
        lengthOf(range) === lengthOf(before) &&
        (lengthOf(range) % 7 === 0 || daysApart(range, before) % 7 === 0)
      );
    case "month":
      return before.from === addMonths(range.from, -12) && before.to === addMonths(range.to, -12);
    default:
      return true;
  }
}

/** Whether the last step is the present one, as long as it is not over. */
export function endsNow(dimension: DimensionId): boolean {
  return ["day", "week", "month"].includes(dimension);
}

/**
 * A figure step by step, from a report whose one dimension is a time.
 *
 * `before` is the same of the days that it is compared with: each step stands with its counterpart.
 */
export function pointsOf(
  report: Report,
  before: Report | undefined,
  dimension: DimensionId,
  metric: Metric<ReportMetricId>,
): Point[] {
  const now = figuresOf(report);
  const then = before && figuresOf(before);
  return stepsOf(report, dimension).map((at) => {
    const other = before ? stepBefore(dimension, at, report, before) : at;
    return {
      at,
      label: valueWords(dimension, at),
      mark: markOf(dimension, at),
      value: figureAt(now.get(at), metric),
      ...(then
        ? {
            before: {
              label: other === at ? "Before" : valueWords(dimension, other),
              value: figureAt(then.get(other), metric),
            },
          }
        : {}),
    };
  });
}

/** The step that one is held against; itself where it says nothing of dates. */
function stepBefore(dimension: DimensionId, at: string, range: Range, before: Range): string {
  switch (dimension) {
    case "day":
      return counterpart(at, range, before);
    case "week":
      return addDays(at, -daysApart(range, before));
    case "month":
      return addMonths(`${at}-01`, -12).slice(0, 7);
    default:
      return at;
  }
}

function figuresOf({ rows }: Report): Map<string, Row["metrics"]> {
  return new Map(rows.map(({ values, metrics }) => [values[0] ?? "", metrics]));
}

/** Where no row is, nothing was counted; of nothing there is no rate. */
function figureAt(figures: Row["metrics"] | undefined, metric: Metric<ReportMetricId>) {
  const value = figureOf<ReportMetricId>(figures ?? {}, metric);
  const isSum = metric.unit === "count" || metric.id === "revenue";
  return value ?? (isSum ? 0 : undefined);
}

/** All steps, those without a row too where it is known which there are. */
function stepsOf(report: Report, dimension: DimensionId): string[] {
  const found = report.rows.map(({ values }) => values[0] ?? "");
  if (dimension === "day") {
    return Array.from({ length: lengthOf(report) }, (_, step) => addDays(report.from, step));
  }
  if (dimension === "hour") return Array.from({ length: 24 }, (_, hour) => String(hour));
  if (dimension === "week") return weeksOf(report, found[0]);
  if (dimension === "month") return monthsOf(report);
  return dimension === "weekday" ? [...weekdays] : found;
}

/** The first days of all weeks of a range, in which one of them begins on `known`. */
function weeksOf({ from, to }: Range, known: string | undefined): string[] {
  if (known === undefined) return [];
  let first = known;
  while (first > from) first = addDays(first, -7);
  const many = Math.ceil(lengthOf({ from: first, to }) / 7);
  return Array.from({ length: many }, (_, step) => addDays(first, step * 7));
}

/** All months of a range. */
function monthsOf({ from, to }: Range): string[] {
  const [first, last] = [from, to].map((day) => day.slice(0, 7)) as [string, string];
  const months = [first];
  for (let month = first; month < last; months.push(month)) {
    month = addMonths(`${month}-01`, 1).slice(0, 7);
  }
  return months;
}

/** "27 Nov", "14:00", "Mon". */
function markOf(dimension: DimensionId, value: string): string {
  if (dimension === "day" || dimension === "week") return dayLabel(value).replace(/^\w+ /, "");
  const words = valueWords(dimension, value);
  return dimension === "weekday" ? words.slice(0, 3) : words;
}

/** The steps that are written below a chart: all, every second, every third and so on. */
export function evenMarks(names: readonly string[], most: number): number[] {
  const every = Math.max(1, Math.ceil(names.length / most));
  return names.map((_, step) => step).filter((step) => step % every === 0);
}
