import type { Comparison, LinkSection, SiteLink } from "../../api/types";
import { presets, rangeName, rangeWords } from "../overview/range";
import { presetOf, ranges } from "../saved/ranges";

const sections: Record<LinkSection, string> = {
  trend: "Trend",
  channels: "Channels",
  sources: "Sources",
  mediums: "Mediums",
  campaigns: "Campaigns",
  landing_pages: "Landing pages",
  pages: "All pages",
  referrers: "Referrers",
  devices: "Devices",
  event_names: "Events",
};

/** In the order in which they are shown. */
export const sectionOptions = (Object.keys(sections) as LinkSection[]).map((value) => ({
  value,
  label: sections[value],
}));

/** What a link shows until somebody says otherwise. */
export const usualSections: LinkSection[] = ["trend", "channels", "landing_pages", "devices"];

/** The spans of days that the appliance has a word for: a link moves on by itself with these alone. */
export const rangeOptions = presets.flatMap(({ id, label }) => {
  const value = ranges[id];
  return value ? [{ value, label }] : [];
});

const compared: Record<Comparison, string> = {
  none: "No other days",
  previous: "As many days before",
  year: "The year before",
  year_by_weekday: "The year before, by weekday",
};

/** What a link shows beside its days. */
export const compareOptions = (Object.keys(compared) as Comparison[]).map((value) => ({
  value,
  label: compared[value],
}));

/** What a link shows: "Last 28 days: totals, trend, channels". */
export function linkWords({ range, from, to, compare, sections: shown, costs }: SiteLink): string {
  const preset = range && presetOf(range);
  const days = from && to ? rangeWords({ from, to }) : rangeName(preset ? { range: preset } : {});
  const parts = shown.map((section) => sections[section].toLowerCase());
  const beside = compare === "none" ? "" : `, beside ${compared[compare].toLowerCase()}`;
  const all = ["totals", ...parts, ...(costs ? ["what advertising cost"] : [])];
  return `${days}${beside}: ${all.join(", ")}`;
}
