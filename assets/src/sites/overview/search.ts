import { readTexts } from "../../ui/address";
import { cleanFilters, cleanId } from "../filters/filters";
import { type Came, cameViews, type Saw, sawViews } from "./dimensions";
import { type MetricId, metrics } from "./metrics";
import { type RangeSearch, readRangeSearch } from "./range-search";

const parts = ["metric", "came", "saw", "all", "filters", "segment"] as const;

/**
 * What of a site's figures is shown; all of it stands in the address.
 *
 * `metric` is drawn, the visitors when left out; `came` and `saw` say what the tables tell; `all`
 * is the table that is shown whole; `filters` and `segment` say which visits alone are counted.
 */
export type OverviewSearch = RangeSearch & {
  metric?: MetricId;
  came?: Came;
  saw?: Saw;
  all?: string;
  filters?: string;
  segment?: string;
};

/** Reads the address; what is no range, no figure and no filter is undefined. */
export function readOverviewSearch(search: Record<string, unknown>): OverviewSearch {
  const { metric, came, saw, all, filters, segment } = readTexts(search, parts);
  return {
    ...readRangeSearch(search),
    metric: metrics.find(({ id }) => id === metric)?.id,
    came: oneOf(cameViews, came),
    saw: oneOf(sawViews, saw),
    all,
    filters: cleanFilters(filters),
    segment: cleanId(segment),
  };
}

function oneOf<Id extends string>(views: readonly { id: Id }[], text: string | undefined) {
  return views.find(({ id }) => id === text)?.id;
}
