import { readTexts, type Texts } from "../../ui/address";
import { type RangeSearch, readRangeSearch } from "../overview/range-search";

/** What sister pages show: it is kept for the way back to them, and means nothing here. */
type NowSearch = RangeSearch & Texts<"filters">;

export function readNowSearch(search: Record<string, unknown>): NowSearch {
  return { ...readRangeSearch(search), ...readTexts(search, ["filters"]) };
}
