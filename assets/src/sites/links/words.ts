import type { LinkSection, SiteLink } from "../../api/types";
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

/** What a link shows: "Last 28 days: totals, trend, channels". */
export function linkWords({ range, from, to, sections: shown, costs }: SiteLink): string {
  const preset = range && presetOf(range);
  const days = from && to ? rangeWords({ from, to }) : rangeName(preset ? { range: preset } : {});
  const parts = shown.map((section) => sections[section].toLowerCase());
  const all = ["totals", ...parts, ...(costs ? ["what advertising cost"] : [])];
  return `${days}: ${all.join(", ")}`;
}
