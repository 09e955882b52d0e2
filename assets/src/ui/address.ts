/** What an address says: each part at most once, as text. */
export type Texts<Part extends string> = { [Name in Part]?: string };

/** Reads the named parts; empty ones are left out. The router reads `?q=7` as a number. */
export function readTexts<Part extends string>(
  search: Record<string, unknown>,
  parts: readonly Part[],
): Texts<Part> {
  const texts = parts
    .map((part) => [part, search[part]] as const)
    .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value))
    .map(([part, value]) => [part, String(value)] as const)
    .filter(([, value]) => value !== "");
  return Object.fromEntries(texts) as Texts<Part>;
}

/** The same search with some parts changed; empty ones go. */
export function changeSearch<Search extends object>(
  search: Search,
  change: { [Name in keyof Search]?: Search[Name] | undefined },
): Search {
  const entries = Object.entries({ ...search, ...change });
  return Object.fromEntries(
    entries.filter(([, value]) => value !== undefined && value !== ""),
  ) as Search;
}

/** What of a list is shown; it stands in the address. */
export type ListSearch = Texts<"q" | "sort">;

/** Reads the address of a list. */
export function readListSearch(search: Record<string, unknown>): ListSearch {
  return readTexts(search, ["q", "sort"]);
}
