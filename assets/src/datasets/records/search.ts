import { readTexts, type Texts } from "../../ui/address";

/**
 * What of the records is shown; all of it stands in the address: the filter and the search words,
 * the order (a field's name, with `-` before it descending), the cursor after which this page
 * begins, the key of the record that is open, whether one is being added, and whether those are shown alone
 * that the reader has picked.
 */
export type RecordSearch = Texts<(typeof parts)[number]>;

const parts = ["filter", "q", "sort", "after", "record", "add", "selected"] as const;

/** Reads the address. */
export function readRecordSearch(search: Record<string, unknown>): RecordSearch {
  return readTexts(search, parts);
}
