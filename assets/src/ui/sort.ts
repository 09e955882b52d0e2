/** The order of a column: its own state and what pressing its head leads to. */
export function sortOf(field: string, sort: string | undefined) {
  if (sort === field) return { state: "ascending", next: `-${field}` } as const;
  if (sort === `-${field}`) return { state: "descending", next: undefined } as const;
  return { state: "none", next: field } as const;
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** What rows can be put in order by; what is missing comes last in either direction. */
export type Rank = string | number | undefined;

/** Rows in order; equal ones stay as they were. */
export function sortRows<Row>(
  rows: readonly Row[],
  rank: (row: Row) => Rank,
  state: "ascending" | "descending",
): Row[] {
  const sign = state === "ascending" ? 1 : -1;
  return rows.toSorted((one, other) => {
    const [a, b] = [rank(one), rank(other)];
    if (a === undefined || b === undefined)
      return Number(a === undefined) - Number(b === undefined);
    return sign * compare(a, b);
  });
}

function compare(a: string | number, b: string | number): number {
  return typeof a === "number" && typeof b === "number"
    ? a - b
    : collator.compare(String(a), String(b));
}
