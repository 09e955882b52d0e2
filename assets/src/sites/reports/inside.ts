import { addDays, addMonths } from "../../calendar/days";
import type { DimensionId } from "../filters/dimensions";
import type { Range } from "../overview/range";
import { type ReportSearch, writeDimensions } from "./search";

/** The step that a longer one is told by, once it is looked at alone. */
const smaller: Partial<Record<DimensionId, DimensionId>> = {
  day: "hour",
  week: "day",
  month: "day",
};

/** Whether steps of it can be looked into. */
export function hasInside(dimension: DimensionId): boolean {
  return smaller[dimension] !== undefined;
}

/**
 * What leads into one step of a time: its days alone, by smaller steps; of a step at the edge of the
 * days that are told, those of them that it has. Nothing where it names no days.
 */
export function inside(
  dimension: DimensionId,
  at: string,
  { from, to }: Range,
  dimensions: readonly DimensionId[],
): Pick<ReportSearch, "range" | "from" | "to" | "dimensions" | "sort"> | undefined {
  const step = smaller[dimension];
  const days = daysOf(dimension, at);
  if (!step || !days) return undefined;
  const names = dimensions.map((id) => (id === dimension ? step : id));
  return {
    range: undefined,
    from: days.from < from ? from : days.from,
    to: days.to > to ? to : days.to,
    dimensions: writeDimensions([...new Set(names)]),
    sort: undefined,
  };
}

function daysOf(dimension: DimensionId, at: string): Range | undefined {
  switch (dimension) {
    case "day":
      return { from: at, to: at };
    case "week":
      return { from: at, to: addDays(at, 6) };
    case "month": {
      const first = `${at.slice(0, 7)}-01`;
      return { from: first, to: addDays(addMonths(first, 1), -1) };
    }
    default:
      return undefined;
  }
}
