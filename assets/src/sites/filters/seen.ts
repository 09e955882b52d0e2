import { $api } from "../../api/client";
import type { Range } from "../overview/range";
import { type DimensionId, dimensionOf } from "./dimensions";
import { asked } from "./use-report";

/** Where the filters narrow: of which site, on which days. */
export interface Place extends Range {
  siteId: string;
}

/** More would not be looked through. */
const mostSeen = 10;
const freshMs = 60_000;

/** The values that came up most on these days; none while they are read, or where they cannot be. */
export function useSeen({ siteId, from, to }: Place, dimension: DimensionId): string[] {
  const metric = dimensionOf(dimension).kind === "event" ? "events" : "visits";
  const report = $api.useQuery(
    "post",
    "/sites/{id}/reports",
    asked(siteId, {
      from,
      to,
      compare: "none",
      dimensions: [dimension],
      metrics: [metric],
      sort: `-${metric}`,
      limit: mostSeen,
    }),
    { staleTime: freshMs },
  );
  return report.data?.rows.map(({ values: [value = ""] }) => value) ?? [];
}
