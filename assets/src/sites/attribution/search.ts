import type { AttributionQuery } from "../../api/types";
import { readTexts, type Texts } from "../../ui/address";
import { cleanFilters, cleanId, narrowedBy, readFilters } from "../filters/filters";
import { type RangeSearch, readRangeSearch } from "../overview/range-search";
import { isModel, type ModelId, usualModel } from "./models";

const dimensions = {
  channel: "By channel",
  source: "By source",
  medium: "By medium",
  campaign: "By campaign",
  landing_page: "By landing page",
} as const;

const figures = { conversions: "Conversions", revenue: "Revenue" } as const;

const goals = { all: "Leads and purchases", leads: "Leads", purchases: "Purchases" } as const;

const lookbacks = { 1: "1 day", 7: "7 days", 30: "30 days", 60: "60 days", 90: "90 days" } as const;

const halfLives = { 1: "1 day", 3: "3 days", 7: "7 days", 14: "14 days", 30: "30 days" } as const;

export type By = keyof typeof dimensions;
export type FigureId = keyof typeof figures;
type GoalId = keyof typeof goals;
type Lookback = `${keyof typeof lookbacks}`;
type HalfLife = `${keyof typeof halfLives}`;

export const byOptions = optionsOf(dimensions);
export const figureOptions = optionsOf(figures);
export const goalOptions = optionsOf(goals);
export const lookbackOptions = optionsOf(lookbacks, (days) => `Up to ${days} before`);
export const halfLifeOptions = optionsOf(halfLives, (days) => `Half-life of ${days}`);

function optionsOf<Key extends string | number>(
  labels: Readonly<Record<Key, string>>,
  write = (label: string) => label,
) {
  return Object.entries<string>(labels).map(([value, label]) => ({
    value: value as `${Key}`,
    label: write(label),
  }));
}

/**
 * How conversions are divided; all of it stands in the address.
 *
 * `by` is the channel when left out, `figure` the conversions, `goal` both kinds of them, `lookback`
 * 30 days and `half_life` 7; `sort` is the model whose largest come first.
 */
export type AttributionSearch = Omit<RangeSearch, "compare"> &
  Texts<"filters" | "segment"> & {
    by?: By;
    figure?: FigureId;
    goal?: GoalId;
    lookback?: Lookback;
    half_life?: HalfLife;
    sort?: ModelId;
  };

const parts = [
  "filters",
  "segment",
  "by",
  "figure",
  "goal",
  "lookback",
  "half_life",
  "sort",
] as const;

/** Reads the address; what is no part of it is undefined. */
export function readAttributionSearch(search: Record<string, unknown>): AttributionSearch {
  const { filters, segment, by, figure, goal, lookback, half_life, sort } = readTexts(
    search,
    parts,
  );
  const { compare: _, ...range } = readRangeSearch(search);
  return {
    ...range,
    filters: cleanFilters(filters),
    segment: cleanId(segment),
    by: known(dimensions, by),
    figure: known(figures, figure),
    goal: known(goals, goal),
    lookback: known(lookbacks, lookback),
    half_life: known(halfLives, half_life),
    sort: sort && isModel(sort) ? sort : undefined,
  };
}

function known<Key extends string | number>(
  labels: Readonly<Record<Key, string>>,
  text: string | undefined,
): `${Key}` | undefined {
  return text !== undefined && Object.hasOwn(labels, text) ? (text as `${Key}`) : undefined;
}

export const usualLookback: Lookback = "30";
export const usualHalfLife: HalfLife = "7";

/** No table has more rows; the others are told by their number. */
export const mostRows = 100;

/** What the appliance is asked, besides the days. */
export function askedFor(search: AttributionSearch) {
  return {
    dimension: search.by ?? "channel",
    goal: search.goal ?? "all",
    lookback_days: Number(search.lookback ?? usualLookback),
    half_life_days: Number(search.half_life ?? usualHalfLife),
    ...narrowedBy(readFilters(search.filters), search.segment),
    sort_model: search.sort ?? usualModel,
    sort_figure: search.figure ?? "conversions",
    limit: mostRows,
  } satisfies Omit<AttributionQuery, "offset">;
}
