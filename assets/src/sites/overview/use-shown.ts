import { useQueries } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { $api } from "../../api/client";
import type { Report, ReportQuery, Site } from "../../api/types";
import type { Filter } from "../filters/filters";
import { asked, useReport } from "../filters/use-report";
import type { Dimension, View } from "./dimensions";
import type { Range } from "./range";
import { type Shown, shownOf, withRates } from "./shown";
import { zoneOf } from "./zone";

/** Figures that reports alone know by day. */
const rates = ["bounce_rate", "visit_seconds", "conversion_rate", "average_order_value"] as const;
const sums = [
  "events",
  "views",
  "visits",
  "visitors",
  "conversions",
  "purchases",
  "revenue",
] as const;
const ofLines = [
  "events",
  "views",
  "visits",
  "visitors",
  "conversions",
  "revenue",
  "bounce_rate",
] as const;

const refetchMs = 30_000;
/** Reports read every event, and several of them make up one page. */
const reportMs = 120_000;
const mostSteps = 1_000;
const mostLines = 100;

interface Asked {
  site: Site;
  range: Range;
  compare: "previous" | "year" | "none";
  filters: Filter[];
  /** The tables that are looked at. */
  views: readonly View<Dimension>[];
  /** Whether the figures can still change. */
  isLive: boolean;
}

/** The figures of a site: of all its visits from the overview, of those that filters pick from reports. */
export function useShown(what: Asked) {
  const isNarrowed = what.filters.length > 0;
  const whole = useWhole(what, !isNarrowed);
  const narrowed = useNarrowed(what, isNarrowed);
  const { data, ...query } = isNarrowed ? narrowed : whole;
  const kept = useKept(data);
  const isLoadingError = query.isError && data === undefined;
  return {
    ...query,
    data: isLoadingError ? undefined : kept,
    isOld: data === undefined,
    isLoadingError,
    isRefetchError: query.isError && data !== undefined,
  };
}

function useWhole({ site, range, compare, isLive }: Asked, enabled: boolean) {
  const overview = $api.useQuery(
    "get",
    "/sites/{id}/overview",
    { params: { path: { id: site.id }, query: { ...range, compare } } },
    // Only what can still change is read again, and only while somebody looks.
    { refetchInterval: isLive && refetchMs, enabled },
  );
  const byDay = useReport(
    site.id,
    { ...range, compare, dimensions: ["day"], metrics: [...rates], sort: "day", limit: mostSteps },
    { everyMs: isLive && reportMs, enabled: enabled && range.from !== range.to },
  );
  const known = byDay.isPlaceholderData ? undefined : byDay.data;
  const data = useMemo(
    () => overview.data && withRates(overview.data, known),
    [overview.data, known],
  );
  return { data, isError: overview.isError, error: overview.error, refetch: overview.refetch };
}

function useNarrowed({ site, range, compare, filters, views, isLive }: Asked, enabled: boolean) {
  const everyMs = isLive && reportMs;
  const step = range.from === range.to ? "hour" : "day";
  const steps: ReportQuery = {
    ...range,
    compare,
    filters,
    dimensions: [step],
    metrics: [...sums, ...rates],
    sort: step,
    limit: mostSteps,
  };
  const options = { enabled, refetchInterval: everyMs };
  const bySteps = $api.useQuery("post", "/sites/{id}/reports", asked(site.id, steps), options);
  const then = step === "day" ? bySteps.data?.before : undefined;
  // Of a day that has nothing now the rows do not tell what there was before.
  const before = useReport(
    site.id,
    { ...steps, ...then, compare: "none" },
    { enabled: enabled && then !== undefined },
  );
  const known = then && before.data?.from === then.from ? before.data : undefined;
  const tables = useQueries({
    queries: views.map(({ dimension, by }) =>
      $api.queryOptions(
        "post",
        "/sites/{id}/reports",
        asked(site.id, {
          ...range,
          compare: "none",
          filters,
          dimensions: [dimension],
          metrics: [...ofLines],
          sort: `-${by}`,
          limit: mostLines,
        }),
        options,
      ),
    ),
    combine: (found) => ({
      reports: found.map(({ data }) => data ?? null),
      fault: found.find(({ isError }) => isError)?.error,
      retry: () => Promise.all(found.filter(({ isError }) => isError).map((one) => one.refetch())),
    }),
  });
  const { visitor_ids: visitorIds } = site;
  const zone = zoneOf(site);
  const data = useMemo(
    () =>
      bySteps.data &&
      shownOf({
        bySteps: bySteps.data,
        before: known,
        tables: byView(views, tables.reports),
        visitorIds,
        zone,
      }),
    [bySteps.data, known, tables.reports, views, visitorIds, zone],
  );
  const error = bySteps.error ?? tables.fault;
  return {
    data,
    isError: Boolean(error),
    error,
    refetch: () => Promise.all([bySteps.refetch(), tables.retry()]),
  };
}

function byView(
  views: readonly View<Dimension>[],
  reports: readonly (Report | null)[],
): Partial<Record<Dimension, Report>> {
  const found = views.map(({ id }, at) => [id, reports[at]] as const);
  return Object.fromEntries(found.filter(([, report]) => report));
}

/** What is there, or what was there last while the next is read. */
function useKept(shown: Shown | undefined): Shown | undefined {
  const [kept, setKept] = useState(shown);
  if (shown !== undefined && shown !== kept) setKept(shown);
  return shown ?? kept;
}
