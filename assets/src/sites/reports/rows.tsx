import type { Report } from "../../api/types";
import { formatCount } from "../../ui/format";
import { sortOf } from "../../ui/sort";
import { SortHead } from "../../ui/sort-head";
import { type Column, Table } from "../../ui/table";
import { type DimensionId, dimensionOf } from "../filters/dimensions";
import { Change } from "../overview/change";
import { differenceOf, writeFigure } from "../overview/figures";
import { figureOf, labelOf, type Metric } from "../overview/metrics";
import type { Range } from "../overview/range";
import { type ReportMetricId, reportMetricOf } from "./metrics";
import { Value } from "./narrow";
import { nextSort, type Wanted } from "./search";
import { useShowReport } from "./show";

type Row = Report["rows"][number];

interface RowsProps {
  report: Report;
  wanted: Wanted;
  /** Whether visitors are those of single days. */
  isDaily: boolean;
}

/** The rows of a report below what all of them come to, in the order of a figure. */
export function Rows({ report, wanted: { dimensions, metrics, sort }, isDaily }: RowsProps) {
  const show = useShowReport();
  const onSort = (sort: string) => show({ sort });
  const hasBefore = report.before !== undefined;
  const columns = [
    ...namesOf(dimensions, report, sort, onSort),
    ...metrics.map((id): Column<Row> => {
      const metric = reportMetricOf(id);
      return {
        ...sortedBy(id, labelOf(metric, isDaily), sort, onSort),
        isFigure: true,
        cell: (row) => (
          <Figure row={row} metric={metric} currency={report.currency} hasBefore={hasBefore} />
        ),
      };
    }),
  ];
  return (
    <div className="report-rows">
      <Table
        label={titleOf(dimensions)}
        columns={columns}
        totals={{ values: [], metrics: report.totals, before: report.totals_before }}
        rows={dimensions.length === 0 ? [] : report.rows}
        rowId={({ values }) => JSON.stringify(values)}
      />
    </div>
  );
}

type OnSort = (sort: string) => void;

/** A column whose heading puts the rows in order. */
function sortedBy(
  id: DimensionId | ReportMetricId,
  label: string,
  sort: string,
  onSort: OnSort,
): Pick<Column<Row>, "id" | "label" | "head" | "sort"> {
  return {
    id,
    label,
    sort: sortOf(id, sort).state,
    head: (
      <SortHead field={id} label={label} sort={sort} onSort={() => onSort(nextSort(id, sort))} />
    ),
  };
}

/** "Source and medium". */
export function titleOf(dimensions: readonly DimensionId[]): string {
  if (dimensions.length === 0) return "Everything";
  const labels = dimensions.map((id, at) => {
    const { label } = dimensionOf(id);
    return at === 0 ? label : label.toLowerCase();
  });
  return new Intl.ListFormat("en-GB", { type: "conjunction" }).format(labels);
}

/** The columns that name a row; the totals have no name but that they are all. */
function namesOf(
  dimensions: readonly DimensionId[],
  days: Range,
  sort: string,
  onSort: OnSort,
): Column<Row>[] {
  if (dimensions.length === 0) return [{ id: "all", head: "Rows", cell: () => "All" }];
  return dimensions.map((id, at) => ({
    ...sortedBy(id, dimensionOf(id).label, sort, onSort),
    cell: ({ values }) => {
      const value = values[at];
      if (value !== undefined) return <Value dimension={id} value={value} days={days} />;
      return at === 0 ? "All" : null;
    },
  }));
}

interface FigureProps {
  row: Row;
  metric: Metric<ReportMetricId>;
  currency: string;
  hasBefore: boolean;
}

/** A figure, and below it how it differs from the one before. */
function Figure({ row, metric, currency, hasBefore }: FigureProps) {
  const now = figureOf<ReportMetricId>(row.metrics, metric);
  const before = row.before && figureOf<ReportMetricId>(row.before, metric);
  const difference = hasBefore ? differenceOf(metric, now, before) : undefined;
  return (
    <span className="compared">
      {now === undefined ? (
        <span className="quiet-value">–</span>
      ) : (
        writeFigure(now, metric.unit, currency)
      )}
      {hasBefore && difference && before !== undefined && (
        <Change difference={difference} against={writeFigure(before, metric.unit, currency)} />
      )}
    </span>
  );
}

/** "Rows 101 to 200 of 231". */
export function placeWords(page: number, shown: number, found: number, rows: number): string {
  const first = (page - 1) * rows + 1;
  return `Rows ${formatCount(first)} to ${formatCount(first + shown - 1)} of ${formatCount(found)}`;
}
