import type { SiteLine } from "../../api/types";
import { formatCount } from "../../ui/format";
import type { Column } from "../../ui/table";
import { type DimensionId, valueWords } from "../filters/dimensions";
import type { Dimension, View } from "./dimensions";
import { writeFigure, writeMoney } from "./figures";
import { labelOf, metricOf } from "./metrics";
import { Narrow } from "./narrow";
import { OnBar } from "./on-bar";
import { areDaily } from "./points";
import type { Shown } from "./shown";

/** What rows are called. */
export function plainNames(view: View<Dimension>): Column<SiteLine> {
  return {
    id: "value",
    head: view.label,
    cell: ({ value }) => (
      <Narrow dimension={view.dimension} value={value}>
        {valueWords(view.dimension, value)}
      </Narrow>
    ),
  };
}

/** The same upon bars, which show how large each is beside the largest. */
export function namesOnBars(view: View<Dimension>, lines: readonly SiteLine[]): Column<SiteLine> {
  const largest = Math.max(0, ...lines.map((line) => line[view.by]));
  return {
    id: "value",
    head: view.label,
    cell: (line) => (
      <Named
        share={largest && line[view.by] / largest}
        dimension={view.dimension}
        value={line.value}
      />
    ),
  };
}

const heads = { visits: "Visits", views: "Views", events: "Events" } as const;

/** What was never counted in these days has no column. */
export function figuresFor(view: View<Dimension>, overview: Shown): Column<SiteLine>[] {
  const { totals, currency } = overview;
  const columns: Column<SiteLine>[] = [
    count(heads[view.by], (line) => line[view.by]),
    count(labelOf(metricOf("visitors"), areDaily(overview)), (line) => line.visitors),
    {
      id: "bounce",
      head: "Bounce",
      isFigure: true,
      cell: ({ bounce_rate }) =>
        bounce_rate === undefined ? "–" : writeFigure(bounce_rate, "rate", currency),
    },
  ];
  if (totals.conversions > 0) columns.push(count("Conversions", (line) => line.conversions));
  if (Number(totals.revenue) !== 0) {
    columns.push({
      id: "revenue",
      head: "Revenue",
      isFigure: true,
      cell: ({ revenue }) => writeMoney(revenue, currency),
    });
  }
  return columns;
}

function count(head: string, of: (line: SiteLine) => number): Column<SiteLine> {
  return { id: head, head, isFigure: true, cell: (line) => formatCount(of(line)) };
}

interface NamedProps {
  share: number;
  dimension: DimensionId;
  value: string;
}

function Named({ share, dimension, value }: NamedProps) {
  const words = valueWords(dimension, value);
  return (
    <OnBar share={share} title={words}>
      <Narrow dimension={dimension} value={value}>
        {words}
      </Narrow>
    </OnBar>
  );
}
