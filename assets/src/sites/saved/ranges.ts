import type { SavedQuestion } from "../../api/types";
import type { Preset } from "../overview/range";

type Range = NonNullable<SavedQuestion["range"]>;

/** What the appliance calls those of the spans of days that it has a word for. */
export const ranges: Readonly<Partial<Record<Preset, Range>>> = {
  today: "today",
  yesterday: "yesterday",
  "7d": "last_7_days",
  "28d": "last_28_days",
  "90d": "last_90_days",
  month: "this_month",
  "last-month": "last_month",
  year: "this_year",
};

/** The span that the appliance calls so. */
export function presetOf(range: Range): Preset | undefined {
  const presets = Object.keys(ranges) as Preset[];
  return presets.find((preset) => ranges[preset] === range);
}
