/** What a total, a day and a line of a table have in common. */
export interface Figures {
  views: number;
  visits: number;
  visitors: number;
  conversions: number;
  revenue: string;
  bounce_rate?: number;
  visit_seconds?: number;
  conversion_rate?: number;
  average_order_value?: string;
}

/** How a figure is written, and how two of them are compared. */
export type Unit = "count" | "rate" | "seconds" | "money";

export type MetricId = keyof Figures;

export interface Metric<Id extends string = string> {
  id: Id;
  label: string;
  unit: Unit;
  /** Which way is the good one. */
  better: "more" | "less";
  /** What is counted, for those who wonder. */
  about: string;
}

/** In the order of their tiles. */
export const metrics: readonly Metric<MetricId>[] = [
  {
    id: "visitors",
    label: "Visitors",
    unit: "count",
    better: "more",
    about: "How many were there, each counted once.",
  },
  {
    id: "visits",
    label: "Visits",
    unit: "count",
    better: "more",
    about: "A visit ends after 30 minutes without an event, and at midnight.",
  },
  {
    id: "views",
    label: "Page views",
    unit: "count",
    better: "more",
    about: "Pages that were opened.",
  },
  {
    id: "bounce_rate",
    label: "Bounce rate",
    unit: "rate",
    better: "less",
    about: "Visits with one event alone, out of all visits.",
  },
  {
    id: "visit_seconds",
    label: "Visit time",
    unit: "seconds",
    better: "more",
    about: "Between a visit’s first and last event, on average.",
  },
  {
    id: "conversions",
    label: "Conversions",
    unit: "count",
    better: "more",
    about: "Leads and purchases.",
  },
  {
    id: "conversion_rate",
    label: "Conversion rate",
    unit: "rate",
    better: "more",
    about: "Conversions for each visit.",
  },
  {
    id: "revenue",
    label: "Revenue",
    unit: "money",
    better: "more",
    about: "What purchases were worth, to the cent.",
  },
  {
    id: "average_order_value",
    label: "Order value",
    unit: "money",
    better: "more",
    about: "Revenue for each purchase, on average.",
  },
];

export const usualMetric: MetricId = "visitors";

export function metricOf(id: MetricId = usualMetric): Metric<MetricId> {
  return metrics.find((metric) => metric.id === id) ?? (metrics[0] as Metric<MetricId>);
}

/** A figure as a number, for drawing and comparing; nothing where there was nothing to divide by. */
export function figureOf<Id extends string>(
  figures: { [Name in Id]?: string | number | null },
  { id }: Metric<Id>,
): number | undefined {
  const value = figures[id];
  return value === undefined || value === null ? undefined : Number(value);
}

/** What visitors are called: over several days the daily ones are not people. */
export function labelOf(metric: Metric, isDaily: boolean): string {
  return isDaily && metric.id === "visitors" ? "Daily visitors" : metric.label;
}
