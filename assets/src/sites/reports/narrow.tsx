import { getRouteApi, Link } from "@tanstack/react-router";
import { changeSearch } from "../../ui/address";
import { type DimensionId, isTime, valueWords } from "../filters/dimensions";
import { hasFilter, readFilters, withFilter, writeFilters } from "../filters/filters";
import { focusFilters } from "../filters/keyboard";
import type { Range } from "../overview/range";
import { inside } from "./inside";
import { type ReportSearch, wantedOf } from "./search";

const route = getRouteApi("/signed-in/sites/$id/reports");

interface ValueProps {
  dimension: DimensionId;
  value: string;
  /** The days that are told. */
  days: Range;
}

/** A value of a row; leads to its visits alone, where that would show others than now. */
export function Value({ dimension, value, days }: ValueProps) {
  const search = route.useSearch();
  const words = valueWords(dimension, value);
  if (isTime(dimension)) {
    const into = inside(dimension, value, days, wantedOf(search).dimensions);
    return into ? <Into change={into}>{words}</Into> : words;
  }
  const filters = readFilters(search.filters);
  if (hasFilter(filters, dimension, value)) return words;
  const narrowed = writeFilters(withFilter(filters, dimension, value));
  return (
    <Into change={{ filters: narrowed }} onFollow={focusFilters}>
      {words}
    </Into>
  );
}

interface IntoProps {
  change: { [Part in keyof ReportSearch]?: ReportSearch[Part] | undefined };
  onFollow?: () => void;
  children: string;
}

/** Leads to the same report of fewer visits, from its first page on. */
function Into({ change, onFollow, children }: IntoProps) {
  return (
    <Link
      from="/sites/$id/reports"
      to="."
      search={(now) => changeSearch<ReportSearch>(now, { page: undefined, ...change })}
      resetScroll={false}
      onClick={onFollow}
    >
      {children}
    </Link>
  );
}
