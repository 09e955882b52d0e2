import { type Metric, type MetricId, metrics } from "../overview/metrics";

export type ReportMetricId = MetricId | Counted | OfPages;
type Counted = "events" | "leads" | "purchases";
type OfPages = "entries" | "exits" | "time_on_page_seconds" | "clicks";

/** What reports count besides what the overview shows. */
const counted: readonly Metric<Counted>[] = [
  {
    id: "events",
    label: "Events",
    unit: "count",
    better: "more",
    about: "Events of every name.",
  },
  {
    id: "leads",
    label: "Leads",
    unit: "count",
    better: "more",
    about: "Events called lead.",
  },
  {
    id: "purchases",
    label: "Purchases",
    unit: "count",
    better: "more",
    about: "Events called purchase.",
  },
];

/** What is counted of single pages. */
const ofPages: readonly Metric<OfPages>[] = [
  {
    id: "entries",
    label: "Entries",
    unit: "count",
    better: "more",
    about: "Visits that began there.",
  },
  {
    id: "exits",
    label: "Exits",
    unit: "count",
    better: "less",
    about: "Visits that ended there.",
  },
  {
    id: "time_on_page_seconds",
    label: "Time on page",
    unit: "seconds",
    better: "more",
    about: "Until the visit’s next event, on average.",
  },
  {
    id: "clicks",
    label: "Clicks",
    unit: "count",
    better: "more",
    about: "Events called click.",
  },
];

/** In the order in which they are offered, and stand in a table. */
export const reportMetrics: readonly Metric<ReportMetricId>[] = [
  ...metrics,
  ...counted,
  ...ofPages,
];

export function isReportMetric(text: string): text is ReportMetricId {
  return reportMetrics.some(({ id }) => id === text);
}

export function reportMetricOf(id: ReportMetricId): Metric<ReportMetricId> {
  return reportMetrics.find((metric) => metric.id === id) ?? (metrics[0] as Metric<MetricId>);
}
