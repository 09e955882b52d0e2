import type { Cohorts } from "../../api/types";
import { formatCount } from "../../ui/format";
import { type Column, Table } from "../../ui/table";
import { valueWords } from "../filters/dimensions";
import { writeFigure, writeMoney } from "../overview/figures";
import type { FigureId, PeriodId } from "./search";
import { figureOf, isShaded, largestOf, type Return, shadeOf } from "./shades";

interface TableProps {
  cohorts: Cohorts;
  period: PeriodId;
  figure: FigureId;
}

/** A cohort; of all together it is not told when they began. */
interface Line {
  begun?: string;
  visitors: number;
  revenue?: string;
  revenue_per_visitor?: string | null;
  returns: readonly Return[];
}

/** Cohorts one below the other, and beside each what it did so many weeks or months later. */
export function CohortTable({ cohorts, period, figure }: TableProps) {
  const { currency, complete } = cohorts;
  const largest = largestOf(figure, cohorts);
  const laters = cohorts.cohorts.map((_, later) => later);
  const columns: Column<Line>[] = [
    {
      id: "begun",
      head: period === "week" ? "First came in the week" : "First came in",
      cell: ({ begun }) => (begun === undefined ? "All together" : valueWords(period, begun)),
    },
    {
      id: "visitors",
      head: "Visitors",
      isFigure: true,
      cell: ({ visitors }) => formatCount(visitors),
    },
    {
      id: "revenue",
      head: "Revenue",
      isFigure: true,
      cell: ({ revenue }) => revenue !== undefined && writeMoney(revenue, currency),
    },
    {
      id: "revenue_per_visitor",
      head: "For each visitor",
      isFigure: true,
      cell: ({ revenue_per_visitor: each }) =>
        typeof each === "string" ? writeMoney(each, currency) : null,
    },
    ...laters.map(
      (later): Column<Line> => ({
        id: `later ${later}`,
        head: laterWords(later, period),
        isFigure: true,
        cell: ({ begun, returns }) => {
          const returned = returns[later];
          if (!returned) return null;
          const isOpen = !complete && begun !== undefined && later === returns.length - 1;
          const value = figureOf(figure, returned);
          const shade = isShaded(figure, later) ? shadeOf(value, largest) : 0;
          return (
            <span className="cohort-cell" data-shade={shade}>
              {write(returned, figure, currency)}
              {isOpen && <SoFar />}
            </span>
          );
        },
      }),
    ),
  ];
  return (
    <div className="report-rows">
      <Table
        label="Cohorts"
        columns={columns}
        totals={allOf(cohorts)}
        rows={cohorts.cohorts}
        rowId={({ begun = "" }) => begun}
      />
    </div>
  );
}

/** What stands behind a figure whose period is not over. */
function SoFar() {
  return (
    <>
      {" "}
      <span className="quiet">so far</span>
    </>
  );
}

/** All cohorts together, so many periods later, as far as that is over. */
function allOf({ average }: Cohorts): Line {
  return { visitors: average[0]?.visitors ?? 0, returns: average };
}

/** "The same week", "1 week later". */
function laterWords(later: number, period: PeriodId): string {
  if (later === 0) return `The same ${period}`;
  return `${later} ${later === 1 ? period : `${period}s`} later`;
}

function write(returned: Return, figure: FigureId, currency: string): string {
  if (figure === "revenue") return writeMoney(returned.revenue, currency);
  if (figure === "visitors") return formatCount(returned.visitors);
  return typeof returned.share === "number" ? writeFigure(returned.share, "rate", "") : "–";
}
