import { addDays, type Day, isDay } from "../../calendar/days";
import { dayLabel } from "../../calendar/grid";

/** Something that a report tells apart, or looks at alone. */
export interface Dimension {
  label: string;
  /** What several of its values are called. */
  plural: string;
  /** What is called so that has no value. */
  none: string;
  /** Whether it tells when, or is one thing for a whole visit, or one for each event. */
  kind: "time" | "visit" | "event";
  about: string;
}

const dimensions = {
  day: time("Day", "days", "Days by the clocks of the site."),
  week: time("Week", "weeks", "Weeks, which begin as the site’s settings say."),
  month: time("Month", "months", "Calendar months."),
  hour: time("Hour of the day", "hours", "From 0 to 23 by the clocks of the site."),
  weekday: time("Day of the week", "days of the week", "Monday to Sunday."),
  channel: visit("Channel", "channels", "Unassigned", "Through what a visit came."),
  source: visit("Source", "sources", "No source", "From whom: google, newsletter."),
  medium: visit("Medium", "mediums", "No medium", "By what: organic, email, cpc."),
  campaign: visit("Campaign", "campaigns", "No campaign", "What utm_campaign says."),
  term: visit("Term", "terms", "No term", "What utm_term says."),
  content: visit("Content", "contents", "No content", "What utm_content says."),
  landing_page: visit("Landing page", "landing pages", "No page", "The first page of a visit."),
  page: event("Page", "pages", "No page", "The path of the page where it happened."),
  referrer: visit("Referrer", "referrers", "No referrer", "The site that linked to this one."),
  device: visit("Device", "devices", "Unknown", "Desktop, mobile or tablet."),
  event: event("Event", "events", "No name", "The name of an event: page_view, purchase."),
  click_id: visit("Click id", "click ids", "No click id", "Whose click id the address had."),
} as const satisfies Record<string, Dimension>;

export type DimensionId = keyof typeof dimensions;

/** In the order in which they are offered. */
export const dimensionIds = Object.keys(dimensions) as DimensionId[];

export function isDimension(text: string): text is DimensionId {
  return Object.hasOwn(dimensions, text);
}

export function dimensionOf(id: DimensionId): Dimension {
  return dimensions[id];
}

export function isTime(id: DimensionId): boolean {
  return dimensions[id].kind === "time";
}

function time(label: string, plural: string, about: string) {
  return { label, plural, none: "Unknown", kind: "time", about } as const;
}

function visit(label: string, plural: string, none: string, about: string) {
  return { label, plural, none, kind: "visit", about } as const;
}

function event(label: string, plural: string, none: string, about: string) {
  return { label, plural, none, kind: "event", about } as const;
}

/** Channels whose words do not tell enough as they are. */
const channels: Record<string, string> = {
  sms: "SMS",
  paid_other: "Other paid",
  mobile_push: "Push messages",
};

/** A value for the eye: "organic_search" is "Organic search", a path stays as it is. */
export function valueWords(id: DimensionId, value: string): string {
  if (value === "") return dimensions[id].none;
  switch (id) {
    case "channel":
      return channels[value] ?? capital(value);
    case "device":
    case "weekday":
      return capital(value);
    case "day":
      return isDay(value) ? dayLabel(value) : value;
    case "week":
      return isDay(value) ? weekWords(value) : value;
    case "month":
      return monthWords(value);
    case "hour":
      return /^\d\d?$/.test(value) ? `${value.padStart(2, "0")}:00` : value;
    default:
      return value;
  }
}

export const weekdays: readonly string[] = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
];

function capital(value: string): string {
  const text = value.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** "23 – 29 Nov". */
function weekWords(first: Day): string {
  return days.formatRange(new Date(first), new Date(addDays(first, 6)));
}

const months = new Intl.DateTimeFormat("en-GB", {
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** "Nov 2026". */
function monthWords(value: string): string {
  const first = `${value.slice(0, 7)}-01`;
  return isDay(first) ? months.format(new Date(first)) : value;
}
