import type { CohortsQuery } from "../../api/types";
import { readTexts, type Texts } from "../../ui/address";
import { cleanFilters, cleanId, narrowedBy, readFilters } from "../filters/filters";
import { type RangeSearch, readRangeSearch } from "../overview/range-search";

const periods = { week: "By week", month: "By month" } as const;

const figures = {
  share: "Share that came again",
  visitors: "Visitors that came again",
  revenue: "Revenue",
} as const;

export type PeriodId = keyof typeof periods;
export type FigureId = keyof typeof figures;

export const periodOptions = Object.entries(periods).map(([value, label]) => ({
  value: value as PeriodId,
  label,
}));

export const figureOptions = Object.entries(figures).map(([value, label]) => ({
  value: value as FigureId,
  label,
}));

/**
 * Which cohorts are shown; all of it stands in the address.
 *
 * `period` is the week when left out, and `figure` the share; `filters` pick first visits. The days
 * are the last 90 when left out: fewer tell little.
 */
export type CohortsSearch = Omit<RangeSearch, "compare"> &
  Texts<"filters" | "segment"> & { period?: PeriodId; figure?: FigureId };

/** Reads the address; what is no part of it is undefined. */
export function readCohortsSearch(search: Record<string, unknown>): CohortsSearch {
  const parts = ["filters", "segment", "period", "figure"] as const;
  const { filters, segment, period, figure } = readTexts(search, parts);
  const { compare: _, ...range } = readRangeSearch(search);
  return {
    ...range,
    filters: cleanFilters(filters),
    segment: cleanId(segment),
    period: period && Object.hasOwn(periods, period) ? (period as PeriodId) : undefined,
    figure: figure && Object.hasOwn(figures, figure) ? (figure as FigureId) : undefined,
  };
}

/** The days that were chosen, or the usual ones. */
export function daysOf({ range, from, to }: CohortsSearch): RangeSearch {
  return from && to ? { from, to } : { range: range ?? "90d" };
}

/** What the appliance is asked, besides the days. */
export function askedFor({ period, filters, segment }: CohortsSearch) {
  const narrowed = narrowedBy(readFilters(filters), segment);
  return { period: period ?? "week", ...narrowed } satisfies CohortsQuery;
}
