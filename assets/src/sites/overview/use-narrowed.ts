import { useMemo } from "react";
import type { Report, ReportQuery, Site } from "../../api/types";
import type { Day } from "../../calendar/days";
import { type Filter, narrowedBy } from "../filters/filters";
import { type Questions, useReports } from "../filters/use-report";
import type { Dimension, View } from "./dimensions";
import { comparedWith, isWithinReach, type Range } from "./range";
import type { Compare } from "./range-search";
import { shownOf } from "./shown";
import { zoneOf } from "./zone";

/** Which figures of which visits are looked at. */
export interface Narrowing {
  site: Site;
  range: Range;
  compare: Compare;
  /** The day that it is at the site. */
  today: Day;
  filters: Filter[];
  segment: string | undefined;
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

/** A question for the steps, one for those before, and one for each table. */
type Part = "steps" | "before" | Dimension;

/** The figures of those visits alone that filters pick, from reports in one request. */
export function useNarrowed(what: Narrowing, enabled: boolean) {
  const { site, views } = what;
  const { visitor_ids: visitorIds } = site;
  const zone = zoneOf(site);
  const reports = useReports<Part>(site.id, questionsOf(what), {
    everyMs: what.isLive && reportMs,
    enabled,
  });
  const found = reports.isPlaceholderData ? undefined : reports.data;
  const data = useMemo(
    () =>
      found?.steps &&
      shownOf({
        bySteps: found.steps,
        before: found.before,
        tables: tablesOf(views, found),
        visitorIds,
        zone,
      }),
    [found, views, visitorIds, zone],
  );
  const { isError, error, refetch } = reports;
  return { data, isError, error, refetch };
}

function questionsOf(what: Narrowing): Questions<Part> {
  const { range, compare, today, views } = what;
  const isDay = range.from === range.to;
  const steps = stepsOf(what, isDay ? "hour" : "day");
  const then = isDay ? undefined : comparedWith(range, compare);
  // Of a day that has nothing now the rows do not tell what there was before.
  const before = then && isWithinReach(then, today);
  return {
    steps,
    before: before ? { ...steps, ...then, compare: "none" } : undefined,
    ...Object.fromEntries(views.map((view) => [view.id, tableOf(what, view)])),
  };
}

/** Hour by hour or day by day. */
function stepsOf(
  { range, compare, filters, segment }: Narrowing,
  step: "hour" | "day",
): ReportQuery {
  return {
    ...range,
    compare,
    ...narrowedBy(filters, segment),
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
}

/** The largest rows first. */
function tableOf(
  { range, filters, segment }: Narrowing,
  { dimension, by }: View<Dimension>,
): ReportQuery {
  return {
    ...range,
    compare: "none",
    ...narrowedBy(filters, segment),
    dimensions: [dimension],
    metrics: [...ofLines],
    sort: `-${by}`,
    limit: mostLines,
  };
}

function tablesOf(
  views: readonly View<Dimension>[],
  found: Partial<Record<Part, Report>>,
): Partial<Record<Dimension, Report>> {
  const tables = views.map(({ id }) => [id, found[id]] as const);
  return Object.fromEntries(tables.filter(([, report]) => report));
}
