import { readTexts, type Texts } from "../ui/address";

/** Which operation is shown, and what narrows the list; both stand in the address. */
export type ExplorerSearch = Texts<"q" | "op">;

export function readExplorerSearch(search: Record<string, unknown>): ExplorerSearch {
  return readTexts(search, ["q", "op"]);
}
