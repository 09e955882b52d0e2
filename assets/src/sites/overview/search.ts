import { isDay } from "../../calendar/days";
import { changeSearch, readTexts, type Texts } from "../../ui/address";
import { type Came, cameViews, type Saw, sawViews } from "./dimensions";
import { type MetricId, metrics } from "./metrics";
import { isPreset, type Preset } from "./range";

const parts = ["range", "from", "to", "compare", "metric", "came", "saw", "all"] as const;

/**
 * What of a site's figures is shown; all of it stands in the address.
 *
 * `range` is the last 28 days when left out, and `from` and `to` are in its place together;
 * `compare` is the period before when left out; `metric` is drawn, the visitors when left out;
 * `came` and `saw` say what the tables tell; `all` is the table that is shown whole.
 */
export type OverviewSearch = Texts<"from" | "to"> & {
  range?: Preset;
  compare?: "year" | "none";
  metric?: MetricId;
  came?: Came;
  saw?: Saw;
  all?: string;
};

/** Reads the address; what is no range and no figure is left out. */
export function readOverviewSearch(search: Record<string, unknown>): OverviewSearch {
  const { range, from, to, compare, metric, came, saw, all } = readTexts(search, parts);
  const isOwn = from !== undefined && to !== undefined && isDay(from) && isDay(to) && from <= to;
  return changeSearch<OverviewSearch>(isOwn ? { from, to } : {}, {
    range: !isOwn && range && isPreset(range) ? range : undefined,
    compare: compare === "year" || compare === "none" ? compare : undefined,
    metric: metrics.find(({ id }) => id === metric)?.id,
    came: oneOf(cameViews, came),
    saw: oneOf(sawViews, saw),
    all,
  });
}

function oneOf<Id extends string>(views: readonly { id: Id }[], text: string | undefined) {
  return views.find(({ id }) => id === text)?.id;
}
