import { Link, useParams } from "@tanstack/react-router";
import { changeSearch, readTexts } from "../../ui/address";
import type { DimensionId } from "../filters/dimensions";
import { type Filter, readFilters, writeFilters } from "../filters/filters";
import { type OverviewSearch, readOverviewSearch } from "./search";

/** What is looked at stays what it is on the way. */
const kept = ["range", "from", "to", "compare", "filters", "segment"] as const;

interface LeadProps {
  dimension: DimensionId;
  /** Any of them will do. */
  values: [string, ...string[]];
  /** Leads to today, whatever the page before looked at: for what is told of the present. */
  isNow?: boolean;
  children: string;
}

/** Leads from another page of a site to the overview of those visits alone. */
export function Lead({ dimension, values, isNow = false, children }: LeadProps) {
  const { id = "" } = useParams({ strict: false });
  return (
    <Link
      to="/sites/$id"
      params={{ id }}
      search={(now: object) =>
        leadTo(isNow ? { range: "today" } : { ...now }, { dimension, operator: "is", values })
      }
    >
      {children}
    </Link>
  );
}

/** The address of the visits that one more filter picks. */
export function leadTo(now: Record<string, unknown>, filter: Filter): OverviewSearch {
  const search = readTexts(now, kept);
  const filters = writeFilters([...readFilters(search.filters), filter]);
  return readOverviewSearch(changeSearch(search, { filters }));
}
