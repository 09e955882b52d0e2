import { getRouteApi, Link } from "@tanstack/react-router";
import { changeSearch } from "../../ui/address";
import { type DimensionId, isTime, valueWords } from "../filters/dimensions";
import { hasFilter, readFilters, withFilter, writeFilters } from "../filters/filters";
import { focusFilters } from "../filters/keyboard";

const route = getRouteApi("/signed-in/sites/$id/reports");

interface ValueProps {
  dimension: DimensionId;
  value: string;
}

/** A value of a row; leads to its visits alone, where that would show others than now. */
export function Value({ dimension, value }: ValueProps) {
  const filters = readFilters(route.useSearch().filters);
  const words = valueWords(dimension, value);
  if (isTime(dimension) || hasFilter(filters, dimension, value)) return words;
  return (
    <Link
      from="/sites/$id/reports"
      to="."
      search={(now) =>
        changeSearch(now, {
          page: undefined,
          filters: writeFilters(withFilter(readFilters(now.filters), dimension, value)),
        })
      }
      resetScroll={false}
      onClick={focusFilters}
    >
      {words}
    </Link>
  );
}
