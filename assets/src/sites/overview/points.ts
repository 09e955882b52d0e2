import type { SiteHour } from "../../api/types";
import { dayLabel } from "../../calendar/grid";
import { type Figures, figureOf, type Metric, type MetricId } from "./metrics";
import type { Series } from "./plot";
import { lengthOf, type Range } from "./range";
import type { DayFigures, Shown } from "./shown";

/** A step as the appliance tells it. */
type Step = DayFigures | (SiteHour & Partial<Figures>);

/** The hours of a range of one day, as far as they have come, or else its days. */
export function stepsIn(overview: Shown): readonly Step[] {
  const { hours, days, known_at } = overview;
  return hours?.filter(({ hour }) => Date.parse(hour) <= Date.parse(known_at)) ?? days;
}

/** One step of a trend. */
export interface Point {
  /** As the appliance names it: a day, or an hour with its distance from UTC. */
  at: string;
  /** "Fri 27 Nov", "14:00". */
  label: string;
  /** The same for the edge of a chart: "27 Nov". */
  mark: string;
  value: number | undefined;
  /** The step that it is compared with. */
  before?: { label: string; value: number | undefined };
  /** What is to be known of it. */
  notes?: string[];
}

/** A metric step by step, beside what it is compared with. */
export function pointsOf(overview: Shown, metric: Metric<MetricId>): Point[] {
  const { hours, days_before } = overview;
  const before = hours ? undefined : days_before;
  return stepsIn(overview).map((step, index) => {
    const then = before?.[index];
    return {
      at: atOf(step),
      label: labelOf(step),
      mark: markOf(step),
      value: figureOf(step, metric),
      ...(then ? { before: { label: labelOf(then), value: figureOf(then, metric) } } : {}),
    };
  });
}

function atOf(step: Step): string {
  return "hour" in step ? step.hour : step.day;
}

function labelOf(step: Step): string {
  return "hour" in step ? step.hour.slice(11, 16) : dayLabel(step.day);
}

function markOf(step: Step): string {
  return labelOf(step).replace(/^\w+ /, "");
}

/** Whether there is a line to draw: some figures are only known for the range as a whole. */
export function isDrawn(overview: Shown, metric: Metric<MetricId>): boolean {
  return stepsIn(overview).some((step) => figureOf(step, metric) !== undefined);
}

/** Whether visitors are those of single days, and there are several: then they are no people. */
export function areDaily(overview: Range & Pick<Shown, "visitor_ids">): boolean {
  return overview.visitor_ids === "daily" && lengthOf(overview) > 1;
}

/** The values of both lines. */
export function seriesOf(points: readonly Point[]): { now: Series; before: Series } {
  return {
    now: points.map(({ value }) => value),
    before: points.map(({ before }) => before?.value),
  };
}
