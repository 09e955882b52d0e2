import type { Report } from "../../api/types";
import { addDays } from "../../calendar/days";
import { dayLabel } from "../../calendar/grid";
import { type DimensionId, valueWords, weekdays } from "../filters/dimensions";
import { figureOf, type Metric } from "../overview/metrics";
import type { Point } from "../overview/points";
import { lengthOf } from "../overview/range";
import type { ReportMetricId } from "./metrics";

type Row = Report["rows"][number];

/** Times of which there are as many, and the same, in any range of one length. */
export function isComparable(dimension: DimensionId): boolean {
  return ["day", "hour", "weekday"].includes(dimension);
}

/** Whether the last step is the present one, as long as it is not over. */
export function endsNow(dimension: DimensionId): boolean {
  return ["day", "week", "month"].includes(dimension);
}

/**
 * A figure step by step, from a report whose one dimension is a time.
 *
 * `before` is the same of the days that it is compared with: their first day stands with the first.
 */
export function pointsOf(
  report: Report,
  before: Report | undefined,
  dimension: DimensionId,
  metric: Metric<ReportMetricId>,
): Point[] {
  const now = figuresOf(report);
  const then = before && figuresOf(before);
  return stepsOf(report, dimension).map((at, step) => {
    const other = before && dimension === "day" ? addDays(before.from, step) : at;
    return {
      at,
      label: valueWords(dimension, at),
      mark: markOf(dimension, at),
      value: figureAt(now.get(at), metric),
      ...(then
        ? {
            before: {
              label: dimension === "day" ? dayLabel(other) : "Before",
              value: figureAt(then.get(other), metric),
            },
          }
        : {}),
    };
  });
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
  return dimension === "weekday" ? [...weekdays] : found;
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
