import type { NewSite, Site } from "../api/types";
import type { Words } from "../ui/differences";
import type { Option } from "../ui/fields";

type VisitorIds = Site["visitor_ids"];
type WeekStart = Site["week_start"];

export const visitorIdOptions: readonly Option<VisitorIds>[] = [
  {
    value: "daily",
    label: "For one day",
    note: "Until midnight, by a hash whose key is then destroyed. No cookie, nothing kept in the browser. Whoever comes back tomorrow is counted as somebody new.",
  },
  {
    value: "lasting",
    label: "Again on other days",
    note: "By a random id that the script keeps in the browser, or one that your server sends. Whoever comes back is the same visitor. In most countries people must be asked first.",
  },
];

export const weekStartOptions: readonly Option<WeekStart>[] = [
  { value: "monday", label: "Monday" },
  { value: "saturday", label: "Saturday" },
  { value: "sunday", label: "Sunday" },
];

/** The currencies that this browser knows, and one that a site has besides. */
export function currenciesWith(named: string): string[] {
  return [...new Set([...Intl.supportedValuesOf("currency"), named])].sort();
}

const names = new Intl.DisplayNames("en", { type: "currency", fallback: "none" });

/** What people call a currency: "Euro"; nothing where this browser does not know. */
export function currencyName(code: string): string {
  return /^[A-Z]{3}$/.test(code) ? (names.of(code) ?? "") : "";
}

/** Whether what was typed is part of a currency's code or name. */
export function isCurrencyLike(code: string, typed: string): boolean {
  return `${code} ${currencyName(code)}`.toLowerCase().includes(typed.trim().toLowerCase());
}

/** The parts of a site that people choose. */
export type SiteDraft = Required<Omit<NewSite, "retention" | "channel_rules">>;

export function draftOf(site: Site): SiteDraft {
  const { name, domain, currency, time_zone, week_start, visitor_ids } = site;
  return { name, domain, currency, time_zone, week_start, visitor_ids };
}

/** A site in words, part by part. */
export function describeSite(site: Pick<Site, keyof SiteDraft>): Words {
  return {
    Name: site.name,
    Domain: site.domain,
    Currency: site.currency,
    "Time zone": site.time_zone,
    "Week begins on": labelOf(weekStartOptions, site.week_start),
    "Visitors are recognised": labelOf(visitorIdOptions, site.visitor_ids),
  };
}

function labelOf<Value extends string>(options: readonly Option<Value>[], value: Value): string {
  return options.find((option) => option.value === value)?.label ?? value;
}

/** A domain without what people paste along with it: scheme, path, port. */
export function bareDomain(typed: string): string {
  return typed
    .trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, "")
    .replace(/[/:?#].*$/, "");
}

/** From where browsers send events of a domain: by its own name, and with `www.` before it. */
export function originsOf(domain: string): string[] {
  const bare = domain.replace(/^www\./, "");
  return bare.includes(".") ? [`https://${bare}`, `https://www.${bare}`] : [`https://${bare}`];
}
