import { type Day, isDay } from "../../calendar/days";
import { readTexts, type Texts } from "../../ui/address";
import { isPreset, type Preset, usualPreset } from "./range";

/**
 * Which days of a site are shown, and beside which others; all of it stands in the address.
 *
 * `range` is the last 28 days when left out, and `from` and `to` are in its place together;
 * `compare` is the period before when left out.
 */
export type RangeSearch = Texts<"from" | "to"> & { range?: Preset; compare?: Chosen };

const chosen = ["year", "year_by_weekday", "none"] as const;

type Chosen = (typeof chosen)[number];

/** What days are held against, as the appliance is asked for it. */
export type Compare = "previous" | Chosen;

/** Changes what is shown; what is undefined is left out of the address. */
export type ShowRange = (change: {
  range?: Preset | undefined;
  from?: Day | undefined;
  to?: Day | undefined;
  compare?: RangeSearch["compare"] | undefined;
}) => void;

/**
 * Reads the address; what is no range is undefined.
 *
 * A part that is left out would stand there as it was typed: pages are handed what their reader
 * gives over the bare address.
 */
export function readRangeSearch(search: Record<string, unknown>): RangeSearch {
  const { range, from, to, compare } = readTexts(search, ["range", "from", "to", "compare"]);
  const isOwn = from !== undefined && to !== undefined && isDay(from) && isDay(to) && from <= to;
  return {
    range: !isOwn && range && isPreset(range) ? range : undefined,
    from: isOwn ? from : undefined,
    to: isOwn ? to : undefined,
    compare: chosen.find((one) => one === compare),
  };
}

/** Whether the days are those that stand there where nobody chose others. */
export function isUsual({ range, from }: RangeSearch): boolean {
  return (range === undefined || range === usualPreset) && from === undefined;
}
