import { type RangeSearch, readRangeSearch } from "../overview/range-search";

/** Which days are shown, in the address: the last 28 when left out. */
export type AdvertisingSearch = Omit<RangeSearch, "compare">;

/** Reads the address; what is no part of it is undefined. */
export function readAdvertisingSearch(search: Record<string, unknown>): AdvertisingSearch {
  const { compare: _, ...range } = readRangeSearch(search);
  return range;
}
