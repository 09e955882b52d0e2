import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { changeSearch } from "../../ui/address";
import { type Column, Table } from "../../ui/table";
import { Change } from "./change";
import { differenceOf, writeFigure } from "./figures";
import type { Metric } from "./metrics";
import type { Point } from "./points";

interface TwinProps {
  points: readonly Point[];
  metric: Metric;
  label: string;
  currency: string;
  /** What one step is called: "Day". */
  step: string;
  /** A step's name as more than text. */
  cell?: ((point: Point) => ReactNode) | undefined;
}

/** The trend as a table, for whoever reads one more easily than a line. */
export function Twin({ points, metric, label, currency, step, cell }: TwinProps) {
  const write = (value: number | undefined) =>
    value === undefined ? "–" : writeFigure(value, metric.unit, currency);
  const columns: Column<Point>[] = [
    { id: "at", head: step, cell: (point) => cell?.(point) ?? point.label },
    { id: "now", head: label, isFigure: true, cell: ({ value }) => write(value) },
  ];
  const hasBefore = points.some(({ before }) => before);
  if (hasBefore) {
    columns.push(
      { id: "then", head: "Compared with", cell: ({ before }) => before?.label },
      { id: "before", head: "Before", isFigure: true, cell: ({ before }) => write(before?.value) },
      {
        id: "change",
        head: "Change",
        isFigure: true,
        cell: ({ value, before }) => (
          <Change difference={differenceOf(metric, value, before?.value)} />
        ),
      },
    );
  }
  if (points.some(({ notes }) => notes)) {
    columns.push({ id: "notes", head: "Notes", cell: ({ notes }) => notes?.join("; ") });
  }
  return (
    <details className="disclosure">
      <summary>The same as a table</summary>
      <div>
        <Table
          label={`${label} by ${step.toLowerCase()}`}
          columns={columns}
          rows={points}
          rowId={({ at }) => at}
          isCards={hasBefore}
        />
      </div>
    </details>
  );
}

/** Leads to that day alone, hour by hour. */
export function DayLink({ point: { at, label } }: { point: Point }) {
  return (
    <Link
      from="/sites/$id"
      to="."
      search={(now) => changeSearch(now, { from: at, to: at, range: undefined })}
    >
      {label}
    </Link>
  );
}
