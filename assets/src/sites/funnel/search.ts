import { readTexts, type Texts } from "../../ui/address";
import { cleanFilters, cleanId } from "../filters/filters";
import { type RangeSearch, readRangeSearch } from "../overview/range-search";
import { readSteps, writeSteps } from "./steps";
import { isWindow, type Window } from "./window";

/**
 * What a funnel counts; all of it stands in the address.
 *
 * `steps` are the usual ones when left out; `within` is in minutes, a day when left out; `filters`
 * and `segment` say which visits alone are counted.
 */
export type FunnelSearch = Omit<RangeSearch, "compare"> &
  Texts<"steps" | "filters" | "segment"> & { within?: Window };

/** Reads the address; what is no part of a funnel is undefined. */
export function readFunnelSearch(search: Record<string, unknown>): FunnelSearch {
  const parts = ["steps", "within", "filters", "segment"] as const;
  const { steps, within, filters, segment } = readTexts(search, parts);
  const { compare: _, ...range } = readRangeSearch(search);
  const read = readSteps(steps);
  return {
    ...range,
    steps: read && writeSteps(read),
    within: within && isWindow(within) ? within : undefined,
    filters: cleanFilters(filters),
    segment: cleanId(segment),
  };
}
