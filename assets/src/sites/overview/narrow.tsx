import { getRouteApi, Link } from "@tanstack/react-router";
import { changeSearch } from "../../ui/address";
import type { DimensionId } from "../filters/dimensions";
import { hasFilter, readFilters, withFilter, writeFilters } from "../filters/filters";
import { focusFilters } from "../filters/keyboard";
import { useIsStill } from "./still";

const route = getRouteApi("/signed-in/sites/$id");

interface NarrowProps {
  dimension: DimensionId;
  value: string;
  /** What the value is called. */
  children: string;
}

/** Leads to those visits alone; plain text where nothing else is looked at anyway. */
export function Narrow(props: NarrowProps) {
  return useIsStill() ? props.children : <Leading {...props} />;
}

function Leading({ dimension, value, children }: NarrowProps) {
  const filters = readFilters(route.useSearch().filters);
  if (hasFilter(filters, dimension, value)) return children;
  return (
    <Link
      from="/sites/$id"
      to="."
      search={(now) =>
        changeSearch(now, {
          filters: writeFilters(withFilter(readFilters(now.filters), dimension, value)),
        })
      }
      resetScroll={false}
      onClick={focusFilters}
    >
      {children}
    </Link>
  );
}
