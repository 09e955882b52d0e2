import type { Attribution } from "../../api/types";
import { formatCount } from "../../ui/format";
import { sortOf } from "../../ui/sort";
import { SortHead } from "../../ui/sort-head";
import { type Column, Table } from "../../ui/table";
import { dimensionOf, valueWords } from "../filters/dimensions";
import { writeFigure, writeMoney } from "../overview/figures";
import { Lead } from "../overview/lead";
import { type ModelId, models } from "./models";
import type { By, FigureId } from "./search";

type Portion = Attribution["rows"][number][ModelId];

/** What one value gets by every model; of all together there are no more figures. */
interface Line extends Record<ModelId, Portion> {
  value?: string;
  touched?: number;
  removal_effect?: number | null;
}

interface RowsProps {
  attribution: Attribution;
  by: By;
  figure: FigureId;
  /** The model whose largest come first. */
  sort: ModelId;
  onSort: (model: ModelId) => void;
}

/** What every model gives to each value, side by side, below what all of them come to. */
export function Rows({ attribution, by, figure, sort, onSort }: RowsProps) {
  const { rows, currency } = attribution;
  const { label } = dimensionOf(by);
  const order = `-${sort}`;
  const columns: Column<Line>[] = [
    {
      id: "value",
      head: label,
      cell: ({ value }) =>
        value === undefined ? (
          "All"
        ) : (
          <Lead dimension={by} values={[value]}>
            {valueWords(by, value)}
          </Lead>
        ),
    },
    ...models.map(
      ({ id, label }): Column<Line> => ({
        id,
        label,
        sort: sortOf(id, order).state,
        head: <SortHead field={id} label={label} sort={order} onSort={() => onSort(id)} />,
        isFigure: true,
        cell: (line) => writePortion(line[id], figure, currency),
      }),
    ),
    {
      id: "touched",
      head: "On the path of",
      isFigure: true,
      cell: ({ touched }) => touched !== undefined && formatCount(touched),
    },
    {
      id: "removal_effect",
      head: "Lost without it",
      isFigure: true,
      cell: ({ value, removal_effect: effect }) => value !== undefined && writeEffect(effect),
    },
  ];
  return (
    <div className="report-rows">
      <Table
        label={`${label}, by model`}
        columns={columns}
        totals={allOf(attribution)}
        rows={rows}
        rowId={({ value = "" }) => value}
      />
    </div>
  );
}

/** Every model divides the same. */
function allOf({ conversions, revenue }: Attribution): Line {
  const portions = models.map(({ id }) => [id, { conversions, revenue }]);
  return Object.fromEntries(portions) as Record<ModelId, Portion>;
}

const hundredths = new Intl.NumberFormat("en", {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});

function writePortion({ conversions, revenue }: Portion, figure: FigureId, currency: string) {
  return figure === "revenue" ? writeMoney(revenue, currency) : hundredths.format(conversions);
}

function writeEffect(effect: number | null | undefined): string {
  return typeof effect === "number" ? writeFigure(effect, "rate", "") : "–";
}
