import type { SavedQuestion } from "../../api/types";
import { type DimensionId, dimensionOf } from "../filters/dimensions";
import { filterWords, writeFilters } from "../filters/filters";
import { type Range, rangeName, usualPreset } from "../overview/range";
import { type RangeSearch, readRangeSearch } from "../overview/range-search";
import { type ReportSearch, visitsOf, type Wanted, writeDimensions } from "../reports/search";
import { presetOf, ranges } from "./ranges";

/**
 * The report that stands on the page, as it is saved.
 *
 * `days` are those that the address means now. They are saved themselves where they were chosen, or
 * where the appliance has no word for the span: then they stay the same days.
 */
export function questionOf(search: RangeSearch, days: Range, wanted: Wanted): SavedQuestion {
  const { range, from, compare } = search;
  const { dimensions, metrics, sort, ...visits } = wanted;
  const moves = from ? undefined : ranges[range ?? usualPreset];
  return {
    ...(moves ? { range: moves } : { from: days.from, to: days.to }),
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
