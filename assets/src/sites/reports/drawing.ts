import type { ReportQuery } from "../../api/types";
import type { Day } from "../../calendar/days";
import { isTime } from "../filters/dimensions";
import type { Questions } from "../filters/use-report";
import { comparedWith, isWithinReach, type Range } from "../overview/range";
import type { Compare } from "../overview/range-search";
import { isComparable } from "./points";
import { visitsOf, type Wanted } from "./search";

/** No range has more days. */
const mostSteps = 1_000;

/** What the drawing of a report asks for; nothing where no time is told apart. */
export function drawingOf(
  { drawn, dimensions: [first], ...visits }: Wanted,
  days: Range & { compare: Compare },
  today: Day,
): Questions<"drawn" | "before"> {
  if (first === undefined || !isTime(first)) return {};
  const along: Omit<ReportQuery, "from" | "to"> = {
    ...visitsOf(visits),
    dimensions: [first],
    metrics: [drawn],
    sort: first,
    limit: mostSteps,
  };
  const compared = comparedWith(days, days.compare);
  const isPaired = compared !== undefined && isComparable(first, days, compared);
  const then = isPaired ? compared : undefined;
  // Of a step that has nothing now the rows do not tell what it had before.
  const before = then && isWithinReach(then, today);
  return {
    drawn: { ...days, ...along },
    before: before ? { ...then, ...along, compare: "none" } : undefined,
  };
}
