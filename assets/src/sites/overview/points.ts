import type { SiteDay, SiteHour, SiteOverview } from "../../api/types";
import { dayLabel } from "../../calendar/grid";
import { figureOf, type Metric } from "./metrics";
import type { Series } from "./plot";
import { lengthOf } from "./range";

/** The hours of a range of one day, as far as they have come, or else its days. */
export function stepsIn(overview: SiteOverview): readonly (SiteDay | SiteHour)[] {
  const { hours, days, known_at } = overview;
  return hours?.filter(({ hour }) => Date.parse(hour) <= Date.parse(known_at)) ?? days;
}

/** One step of a trend. */
export interface Point {
  /** As the appliance names it: a day, or an hour with its distance from UTC. */
  at: string;
  /** "Fri 27 Nov", "14:00". */
  label: string;
  value: number | undefined;
  /** The step that it is compared with. */
  before?: { label: string; value: number | undefined };
}

/** A metric step by step, beside what it is compared with. */
export function pointsOf(overview: SiteOverview, metric: Metric): Point[] {
  const { hours, days_before } = overview;
  const before = hours ? undefined : days_before;
  return stepsIn(overview).map((step, index) => {
    const then = before?.[index];
    return {
      at: atOf(step),
      label: labelOf(step),
      value: figureOf(step, metric),
      ...(then ? { before: { label: labelOf(then), value: figureOf(then, metric) } } : {}),
    };
  });
}

function atOf(step: SiteDay | SiteHour): string {
  return "hour" in step ? step.hour : step.day;
}

function labelOf(step: SiteDay | SiteHour): string {
  return "hour" in step ? step.hour.slice(11, 16) : dayLabel(step.day);
}

/** Whether there is a line to draw: some figures are only known for the range as a whole. */
export function isDrawn(overview: SiteOverview, metric: Metric): boolean {
  return stepsIn(overview).some((step) => figureOf(step, metric) !== undefined);
}

/** Whether visitors are those of single days, and there are several: then they are no people. */
export function areDaily(overview: SiteOverview): boolean {
  return overview.visitor_ids === "daily" && lengthOf(overview) > 1;
}

/** The values of both lines. */
export function seriesOf(points: readonly Point[]): { now: Series; before: Series } {
  return {
    now: points.map(({ value }) => value),
    before: points.map(({ before }) => before?.value),
  };
}
