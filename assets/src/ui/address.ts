import { parseSearchWith, stringifySearchWith } from "@tanstack/react-router";

/** What an address says: each part at most once, as text. */
export type Texts<Part extends string> = { [Name in Part]?: string };

/** Reads an address: texts as they stand there, `?q=1.50` too; only switches and objects are JSON. */
export const parseSearch = parseSearchWith((text) => {
  if (!/^(\{.*\}|true|false)$/.test(text)) throw new SyntaxError("a text as it stands");
  return JSON.parse(text);
});

/** Writes an address, so that `parseSearch` reads the same. */
export const stringifySearch = stringifySearchWith(JSON.stringify);

/** Reads the named parts; empty ones are left out. `?q=true` was read as a switch. */
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
