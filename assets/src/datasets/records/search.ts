/** What of the records is shown; all of it stands in the address. */
export interface RecordSearch {
  filter?: string;
  q?: string;
  /** A field's name; with `-` before it, descending. */
  sort?: string;
  /** The cursor after which this page begins. */
  after?: string;
  /** The key of the record that is open. */
  record?: string;
}

const parts = ["filter", "q", "sort", "after", "record"] as const;

/** Reads the address; what is not a text is left out. The router reads `?q=7` as a number. */
export function readRecordSearch(search: Record<string, unknown>): RecordSearch {
  const texts = parts
    .map((part) => [part, search[part]] as const)
    .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value))
    .map(([part, value]) => [part, String(value)] as const)
    .filter(([, value]) => value !== "");
  return Object.fromEntries(texts);
}

/** The order of a column: its own state and what pressing its head leads to. */
export function sortOf(field: string, sort: string | undefined) {
  if (sort === field) return { state: "ascending", next: `-${field}` } as const;
  if (sort === `-${field}`) return { state: "descending", next: undefined } as const;
  return { state: "none", next: field } as const;
}
