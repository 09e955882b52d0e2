import type { DimensionId } from "../filters/dimensions";

export type Came = "sources" | "mediums" | "campaigns" | "referrers";
export type Saw = "landing_pages" | "pages";
export type Dimension = "channels" | Came | Saw | "devices" | "event_names";

/** One way to look at the same visits. */
export interface View<Id extends Dimension> {
  id: Id;
  label: string;
  /** What one row is called. */
  noun: string;
  /** What reports and filters call it. */
  dimension: DimensionId;
  /** What the rows are ordered and measured by. */
  by: "visits" | "views" | "events";
}

export const channelView: View<"channels"> = {
  id: "channels",
  label: "Channels",
  noun: "channel",
  dimension: "channel",
  by: "visits",
};

export const cameViews: readonly View<Came>[] = [
  { id: "sources", label: "Sources", noun: "source", dimension: "source", by: "visits" },
  { id: "mediums", label: "Mediums", noun: "medium", dimension: "medium", by: "visits" },
  { id: "campaigns", label: "Campaigns", noun: "campaign", dimension: "campaign", by: "visits" },
  { id: "referrers", label: "Referrers", noun: "referrer", dimension: "referrer", by: "visits" },
];

export const sawViews: readonly View<Saw>[] = [
  {
    id: "landing_pages",
    label: "Landing pages",
    noun: "page",
    dimension: "landing_page",
    by: "visits",
  },
  { id: "pages", label: "All pages", noun: "page", dimension: "page", by: "views" },
];

export const deviceView: View<"devices"> = {
  id: "devices",
  label: "Devices",
  noun: "device",
  dimension: "device",
  by: "visits",
};

export const eventView: View<"event_names"> = {
  id: "event_names",
  label: "Events",
  noun: "event",
  dimension: "event",
  by: "events",
};
