import type { DimensionId } from "../filters/dimensions";
import type { ReportMetricId } from "./metrics";

/** A report that is one press away. */
export interface Preset {
  label: string;
  dimensions: DimensionId[];
  metrics: ReportMetricId[];
}

const ofVisits: ReportMetricId[] = [
  "visits",
  "visitors",
  "bounce_rate",
  "visit_seconds",
  "conversions",
  "conversion_rate",
  "revenue",
];

export const usualPreset: Preset = {
  label: "Landing pages",
  dimensions: ["landing_page"],
  metrics: ofVisits,
};

/** In the order in which they are offered. */
export const presets: readonly Preset[] = [
  usualPreset,
  { label: "Channels", dimensions: ["channel"], metrics: ofVisits },
  { label: "Sources", dimensions: ["source", "medium"], metrics: ofVisits },
  { label: "Campaigns", dimensions: ["campaign", "source", "medium"], metrics: ofVisits },
  {
    label: "Pages",
    dimensions: ["page"],
    metrics: ["views", "visits", "visitors", "entries", "exits", "time_on_page_seconds"],
  },
  { label: "By day", dimensions: ["day"], metrics: ofVisits },
  { label: "By week", dimensions: ["week"], metrics: ofVisits },
  { label: "By month", dimensions: ["month"], metrics: ofVisits },
  { label: "Days of the week", dimensions: ["weekday"], metrics: ofVisits },
  {
    label: "Events",
    dimensions: ["event"],
    metrics: ["events", "visits", "visitors", "revenue"],
  },
];

/** Whether a report is that one, by what it tells apart and counts. */
export function isPreset(
  { dimensions, metrics }: Preset,
  report: Pick<Preset, "dimensions" | "metrics">,
): boolean {
  return isSame(dimensions, report.dimensions) && isSame(metrics, report.metrics);
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.join() === other.join();
}
