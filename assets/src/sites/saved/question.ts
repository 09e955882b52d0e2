import type { SavedQuestion } from "../../api/types";
import { type DimensionId, dimensionOf } from "../filters/dimensions";
import { filterWords, writeFilters } from "../filters/filters";
import { rangeName, usualPreset } from "../overview/range";
import { type RangeSearch, readRangeSearch } from "../overview/range-search";
import { type ReportSearch, visitsOf, type Wanted, writeDimensions } from "../reports/search";
import { presetOf, ranges } from "./ranges";

/** The report that stands on the page, as it is saved. */
export function questionOf(search: RangeSearch, wanted: Wanted): SavedQuestion {
  const { range, from, to, compare } = search;
  const { dimensions, metrics, sort, ...visits } = wanted;
  return {
    ...(from && to ? { from, to } : { range: ranges[range ?? usualPreset] }),
    compare: compare ?? "previous",
    dimensions,
    metrics,
    ...visitsOf(visits),
    sort,
  };
}

/** The address of a saved report: the same page shows it. */
export function searchOf(question: SavedQuestion): ReportSearch {
  const { dimensions = [], metrics, filters = [], segment, goal, sort } = question;
  const written = writeFilters(filters);
  return {
    ...daysOf(question),
    dimensions: writeDimensions(dimensions as DimensionId[]),
    metrics: metrics.join(","),
    ...(written ? { filters: written } : {}),
    ...(segment ? { segment } : {}),
    ...(goal ? { goal } : {}),
    ...(sort ? { sort } : {}),
  };
}

/** The days that it means, as they stand in the address. */
function daysOf({ range, from, to, compare }: SavedQuestion): RangeSearch {
  const preset = range && presetOf(range);
  const read = readRangeSearch({
    range: preset === usualPreset ? undefined : preset,
    from,
    to,
    compare,
  });
  const told = Object.entries(read).filter(([, value]) => value !== undefined);
  return Object.fromEntries(told);
}

/** A saved report in words: "Last 28 days by Source; Device is Mobile". */
export function questionWords(question: SavedQuestion): string {
  const { dimensions = [], filters = [] } = question;
  const by = dimensions.map((id) => dimensionOf(id).label.toLowerCase()).join(", ");
  const days = rangeName(daysOf(question));
  return [by ? `${days} by ${by}` : days, ...filters.map(filterWords)].join("; ");
}
