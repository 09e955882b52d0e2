export type Came = "sources" | "mediums" | "campaigns" | "referrers";
export type Saw = "landing_pages" | "pages";
export type Dimension = "channels" | Came | Saw | "devices" | "event_names";

/** One way to look at the same visits. */
export interface View<Id extends Dimension> {
  id: Id;
  label: string;
  /** What one row is called. */
  noun: string;
  /** What a row is called that has no value. */
  none: string;
  /** What the rows are ordered and measured by. */
  by: "visits" | "views" | "events";
}

export const channelView: View<"channels"> = {
  id: "channels",
  label: "Channels",
  noun: "channel",
  none: "Unassigned",
  by: "visits",
};

export const cameViews: readonly View<Came>[] = [
  { id: "sources", label: "Sources", noun: "source", none: "No source", by: "visits" },
  { id: "mediums", label: "Mediums", noun: "medium", none: "No medium", by: "visits" },
  { id: "campaigns", label: "Campaigns", noun: "campaign", none: "No campaign", by: "visits" },
  { id: "referrers", label: "Referrers", noun: "referrer", none: "No referrer", by: "visits" },
];

export const sawViews: readonly View<Saw>[] = [
  { id: "landing_pages", label: "Landing pages", noun: "page", none: "No page", by: "visits" },
  { id: "pages", label: "All pages", noun: "page", none: "No page", by: "views" },
];

export const deviceView: View<"devices"> = {
  id: "devices",
  label: "Devices",
  noun: "device",
  none: "Unknown",
  by: "visits",
};

export const eventView: View<"event_names"> = {
  id: "event_names",
  label: "Events",
  noun: "event",
  none: "No name",
  by: "events",
};

/** Channels whose words do not tell enough as they are. */
const channels: Record<string, string> = {
  sms: "SMS",
  paid_other: "Other paid",
  mobile_push: "Push messages",
};

/** A row's value for the eye: "organic_search" is "Organic search", a path stays as it is. */
export function valueWords(
  { id, none }: Pick<View<Dimension>, "id" | "none">,
  value: string,
): string {
  if (value === "") return none;
  if (id !== "channels" && id !== "devices") return value;
  const text = channels[value] ?? value.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
