import { readTexts, type Texts } from "../../ui/address";

/** The import whose report is open. */
export type ImportSearch = Texts<"report">;

/** Reads the address of the page. */
export function readImportSearch(search: Record<string, unknown>): ImportSearch {
  return readTexts(search, ["report"]);
}
