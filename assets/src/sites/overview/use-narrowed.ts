import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { $api } from "../../api/client";
import type { Report, ReportQuery, Site } from "../../api/types";
import type { Filter } from "../filters/filters";
import { asked, useReport } from "../filters/use-report";
import type { Dimension, View } from "./dimensions";
import type { Range } from "./range";
import { shownOf } from "./shown";
import { zoneOf } from "./zone";

/** Which figures of which visits are looked at. */
export interface Narrowing {
  site: Site;
  range: Range;
  compare: "previous" | "year" | "none";
  filters: Filter[];
  /** The tables that are looked at. */
  views: readonly View<Dimension>[];
  /** Whether the figures can still change. */
  isLive: boolean;
}

/** Figures that reports alone know by day. */
export const rates = [
  "bounce_rate",
  "visit_seconds",
  "conversion_rate",
  "average_order_value",
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

/** Reports read every event, and several of them make up one page. */
export const reportMs = 120_000;
/** No range has more days. */
export const mostSteps = 1_000;
const mostLines = 100;

/** The figures of those visits alone that filters pick, from reports; nothing until all are there. */
export function useNarrowed(what: Narrowing, enabled: boolean) {
  const { site, views } = what;
  const steps = useSteps(what, enabled);
  const tables = useTables(what, enabled);
  const { visitor_ids: visitorIds } = site;
  const zone = zoneOf(site);
  const isWhole = tables.fault !== undefined || tables.reports.every(Boolean);
  const data = useMemo(
    () =>
      isWhole && steps.now
        ? shownOf({
            bySteps: steps.now,
            before: steps.before,
            tables: byView(views, tables.reports),
            visitorIds,
            zone,
          })
        : undefined,
    [isWhole, steps.now, steps.before, tables.reports, views, visitorIds, zone],
  );
  const error = steps.error ?? tables.fault;
  return {
    data,
    isError: Boolean(error),
    error,
    refetch: () => Promise.all([steps.refetch(), tables.retry()]),
  };
}

/** Hour by hour or day by day, and the days that those are compared with. */
function useSteps({ site, range, compare, filters, isLive }: Narrowing, enabled: boolean) {
  const step = range.from === range.to ? "hour" : "day";
  const query: ReportQuery = {
    ...range,
    compare,
    filters,
    dimensions: [step],
    metrics: [
      "events",
      "views",
      "visits",
      "visitors",
      "conversions",
      "purchases",
      "revenue",
      ...rates,
    ],
    sort: step,
    limit: mostSteps,
  };
  const { data, error, refetch } = $api.useQuery(
    "post",
    "/sites/{id}/reports",
    asked(site.id, query),
    { enabled, refetchInterval: isLive && reportMs },
  );
  const then = step === "day" ? data?.before : undefined;
  // Of a day that has nothing now the rows do not tell what there was before.
  const before = useReport(
    site.id,
    { ...query, ...then, compare: "none" },
    { enabled: enabled && then !== undefined },
  );
  const isKnown = then !== undefined && before.data?.from === then.from;
  return { now: data, before: isKnown ? before.data : undefined, error, refetch };
}

/** A report for each table, the largest rows first. */
function useTables({ site, range, filters, views, isLive }: Narrowing, enabled: boolean) {
  return useQueries({
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
        { enabled, refetchInterval: isLive && reportMs },
      ),
    ),
    combine: (found) => ({
      reports: found.map(({ data }) => data ?? null),
      fault: found.find(({ isError }) => isError)?.error ?? undefined,
      retry: () => Promise.all(found.filter(({ isError }) => isError).map((one) => one.refetch())),
    }),
  });
}

function byView(
  views: readonly View<Dimension>[],
  reports: readonly (Report | null)[],
): Partial<Record<Dimension, Report>> {
  const found = views.map(({ id }, at) => [id, reports[at]] as const);
  return Object.fromEntries(found.filter(([, report]) => report));
}
