import type { JourneysQuery } from "../../api/types";
import { readTexts, type Texts } from "../../ui/address";
import { cleanFilters, cleanId, narrowedBy, readFilters } from "../filters/filters";
import { type RangeSearch, readRangeSearch } from "../overview/range-search";

const words = {
  through: { page: "Through pages", event: "Through events" },
  direction: { onward: "Onward, from the beginning", back: "Back, from the end" },
  steps: { 3: "Up to 3 steps", 5: "Up to 5 steps", 7: "Up to 7 steps", 10: "Up to 10 steps" },
  most: { 20: "The 20 commonest", 50: "The 50 commonest", 200: "The 200 commonest" },
} as const;

export type Through = keyof typeof words.through;
export type Direction = keyof typeof words.direction;
type Steps = `${keyof typeof words.steps}`;
type Most = `${keyof typeof words.most}`;

export const throughOptions = optionsOf(words.through);
export const directionOptions = optionsOf(words.direction);
export const stepsOptions = optionsOf(words.steps);
export const mostOptions = optionsOf(words.most);

function optionsOf<Key extends string | number>(labels: Readonly<Record<Key, string>>) {
  return Object.entries<string>(labels).map(([value, label]) => ({
    value: value as `${Key}`,
    label,
  }));
}

/** What nobody chose. */
export const usual = { through: "page", direction: "onward", steps: "5", most: "50" } as const;

/**
 * Which ways are told; all of it stands in the address.
 *
 * `at` is the page or event that every way begins with, or leads to; what is left out is as in
 * `usual`.
 */
export type JourneysSearch = Omit<RangeSearch, "compare"> &
  Texts<"filters" | "segment" | "at"> & {
    through?: Through;
    direction?: Direction;
    steps?: Steps;
    most?: Most;
  };

const parts = ["filters", "segment", "at", "through", "direction", "steps", "most"] as const;

/** Reads the address; what is no part of it is undefined. */
export function readJourneysSearch(search: Record<string, unknown>): JourneysSearch {
  const { filters, segment, at, through, direction, steps, most } = readTexts(search, parts);
  const { compare: _, ...range } = readRangeSearch(search);
  return {
    ...range,
    filters: cleanFilters(filters),
    segment: cleanId(segment),
    at,
    through: known(words.through, through),
    direction: known(words.direction, direction),
    steps: known(words.steps, steps),
    most: known(words.most, most),
  };
}

function known<Key extends string | number>(
  labels: Readonly<Record<Key, string>>,
  text: string | undefined,
): `${Key}` | undefined {
  return text !== undefined && Object.hasOwn(labels, text) ? (text as `${Key}`) : undefined;
}

/** What the appliance is asked, besides the days. */
export function askedFor(search: JourneysSearch) {
  const { through, direction, steps, most } = { ...usual, ...defined(search) };
  return {
    dimension: through,
    direction,
    ...(search.at === undefined ? {} : { at: search.at }),
    steps: Number(steps),
    limit: Number(most),
    ...narrowedBy(readFilters(search.filters), search.segment),
  } satisfies JourneysQuery;
}

function defined({ through, direction, steps, most }: JourneysSearch) {
  return {
    ...(through && { through }),
    ...(direction && { direction }),
    ...(steps && { steps }),
    ...(most && { most }),
  };
}
