import type { ReactNode } from "react";
import type { Rank } from "./sort";

export interface Column<Row> {
  /** Tells columns apart. */
  id: string;
  head: ReactNode;
  cell: (row: Row) => ReactNode;
  /** Figures stand right, digit below digit. */
  isFigure?: boolean;
  /** A box before what names the row. */
  isMark?: boolean;
  /** The table's own order by this column, where it can be sorted by it. */
  sort?: "ascending" | "descending" | "none";
  /** What the column is called where `head` is more than text. */
  label?: string;
  /** What a list that is here as a whole puts its rows in order by. */
  rank?: (row: Row) => Rank;
}

interface TableProps<Row> {
  /** What the table shows, for those who do not see it. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  /** What all rows come to, also those that are not here: above them, and parted from them. */
  totals?: Row;
  /** Tells rows apart, by what they hold or where they stand. */
  rowId: (row: Row, at: number) => string;
  /** On narrow screens each row becomes a card; otherwise the table scrolls sideways in its region. */
  isCards?: boolean;
  /** Cells are cut off at the end of their line, so that all rows are of one height. */
  isOneLine?: boolean;
  /** The first cell's link or button is meant wherever the row is pressed. */
  isPressable?: boolean;
}

/** A plain table; its first column that is no mark names the row. */
export function Table<Row>({ label, columns, rows, totals, rowId, ...look }: TableProps<Row>) {
  const naming = columns.findIndex(({ isMark }) => !isMark);
  return (
    // A region that scrolls must be reachable by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className="table-region" aria-label={label} tabIndex={0}>
      <table className={lookOf(look)}>
        <Head columns={columns} />
        {totals && (
          <tbody className="totals">
            <Cells columns={columns} row={totals} naming={naming} />
          </tbody>
        )}
        <tbody>
          {rows.map((row, at) => (
            <Cells key={rowId(row, at)} columns={columns} row={row} naming={naming} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function lookOf(look: Pick<TableProps<never>, "isCards" | "isOneLine" | "isPressable">): string {
  const names = [
    "table",
    look.isCards && "cards",
    look.isOneLine && "one-line",
    look.isPressable && "pressable",
  ];
  return names.filter(Boolean).join(" ");
}

function Head<Row>({ columns }: { columns: readonly Column<Row>[] }) {
  return (
    <thead>
      <tr>
        {columns.map(({ id, head, sort, ...look }) => (
          <th key={id} scope="col" className={cellLook(look)} aria-sort={sort}>
            {head}
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface CellsProps<Row> {
  columns: readonly Column<Row>[];
  row: Row;
  /** Which of the columns names the row. */
  naming: number;
}

function Cells<Row>({ columns, row, naming }: CellsProps<Row>) {
  return (
    <tr>
      {columns.map((column, index) => (
        <Cell key={column.id} column={column} row={row} isHead={index === naming} />
      ))}
    </tr>
  );
}

interface CellProps<Row> {
  column: Column<Row>;
  row: Row;
  isHead: boolean;
}

function cellLook({ isFigure, isMark }: Pick<Column<never>, "isFigure" | "isMark">) {
  if (isMark) return "mark-cell";
  return isFigure ? "figure" : undefined;
}

function Cell<Row>({ column, row, isHead }: CellProps<Row>) {
  const { head, label, cell } = column;
  const look = cellLook(column);
  if (isHead) {
    return (
      <th scope="row" className={look}>
        {cell(row)}
      </th>
    );
  }
  return (
    <td className={look} data-label={label ?? (typeof head === "string" ? head : undefined)}>
      {cell(row)}
    </td>
  );
}

const waitingRows = Array.from({ length: 30 }, (_, row) => `row ${row}`);

interface WaitingTableProps<Row> {
  columns: readonly Column<Row>[];
  rows?: number;
}

/** A table whose rows are still being read: of the same heads, and the same height a row. */
export function WaitingTable<Row>({ columns, rows = 8 }: WaitingTableProps<Row>) {
  return (
    <div className="table-region" role="status" aria-label="Loading">
      {/* Its heads may hold buttons, which nobody can reach who is not told of them. */}
      <table className="table cards" aria-hidden="true" inert>
        <Head
          columns={columns.map(({ id, head, isFigure, isMark }) => ({
            id,
            isFigure,
            isMark,
            head: isMark ? null : head,
            cell: blank,
          }))}
        />
        <tbody>
          {waitingRows.slice(0, rows).map((key) => (
            <tr key={key}>
              {columns.map(({ id, isFigure }) => (
                <td key={id} className={isFigure ? "figure" : undefined}>
                  <span className="skeleton cell" />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const blank = () => null;
