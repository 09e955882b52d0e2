import type { ReactNode } from "react";

export interface Column<Row> {
  /** Tells columns apart. */
  id: string;
  head: ReactNode;
  cell: (row: Row) => ReactNode;
  /** Figures stand right, digit below digit. */
  isFigure?: boolean;
  /** The table's own order by this column, where it can be sorted by it. */
  sort?: "ascending" | "descending" | "none";
}

interface TableProps<Row> {
  /** What the table shows, for those who do not see it. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
  /** On narrow screens each row becomes a card; otherwise the table scrolls sideways in its region. */
  isCards?: boolean;
  /** Cells are cut off at the end of their line, so that all rows are of one height. */
  isOneLine?: boolean;
}

/** A plain table; its first column names the row. */
export function Table<Row>({ label, columns, rows, rowId, isCards, isOneLine }: TableProps<Row>) {
  return (
    // A region that scrolls must be reachable by keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className="table-region" aria-label={label} tabIndex={0}>
      <table className={`table${isCards ? " cards" : ""}${isOneLine ? " one-line" : ""}`}>
        <thead>
          <tr>
            {columns.map(({ id, head, isFigure, sort }) => (
              <th key={id} scope="col" className={isFigure ? "figure" : undefined} aria-sort={sort}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowId(row)}>
              {columns.map((column, index) => (
                <Cell key={column.id} column={column} row={row} isHead={index === 0} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface CellProps<Row> {
  column: Column<Row>;
  row: Row;
  isHead: boolean;
}

function Cell<Row>({ column: { head, cell, isFigure }, row, isHead }: CellProps<Row>) {
  const look = isFigure ? "figure" : undefined;
  if (isHead) {
    return (
      <th scope="row" className={look}>
        {cell(row)}
      </th>
    );
  }
  return (
    <td className={look} data-label={typeof head === "string" ? head : undefined}>
      {cell(row)}
    </td>
  );
}
