import type { Cohorts } from "../../api/types";
import type { FigureId } from "./search";

export type Return = Cohorts["cohorts"][number]["returns"][number];

/** A figure as a number; nothing where there was nobody. */
export function figureOf(figure: FigureId, { share, visitors, revenue }: Return) {
  if (figure === "share") return share ?? undefined;
  return figure === "revenue" ? Number(revenue) : visitors;
}

const darkest = 5;

/** The largest figure that is shaded. */
export function largestOf(figure: FigureId, { cohorts }: Cohorts): number {
  const shaded = cohorts.flatMap(({ returns }) =>
    returns.filter((_, later) => isShaded(figure, later)).map((one) => figureOf(figure, one) ?? 0),
  );
  return Math.max(0, ...shaded);
}

/** How dark a cell is, from 0 to 5: it only helps the eye to find what the figures say. */
export function shadeOf(value: number | undefined, largest: number): number {
  if (value === undefined || value <= 0 || largest <= 0) return 0;
  return Math.ceil((value / largest) * darkest);
}

/** In their first period all of a cohort were there: that would outshine all others. */
export function isShaded(figure: FigureId, later: number): boolean {
  return figure === "revenue" || later > 0;
}
