import type { Question } from "../exports/take";
import { narrowedBy, readFilters } from "../filters/filters";
import type { Range } from "./range";
import type { OverviewSearch } from "./search";

/** What a file tells: all of the overview, or the days of those visits alone that filters pick. */
export function exportedOf(search: OverviewSearch, range: Range): Question {
  const { compare = "previous", segment } = search;
  const filters = readFilters(search.filters);
  if (filters.length === 0 && segment === undefined) return { overview: { ...range, compare } };
  const step = range.from === range.to ? "hour" : "day";
  return {
    report: {
      ...range,
      compare,
      ...narrowedBy(filters, segment),
      dimensions: [step],
      metrics: ["visits", "visitors", "views", "conversions", "revenue"],
      sort: step,
      limit: 1,
      offset: 0,
    },
  };
}
