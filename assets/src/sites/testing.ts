import type {
  Attribution,
  Cohorts,
  Funnel,
  Journeys,
  Report,
  ReportQuery,
  Reports,
  ReportsQuery,
  Site,
  SiteDay,
  SiteOverview,
  SiteTable,
  WriteKey,
} from "../api/types";
import { addDays } from "../calendar/days";

const time = "2026-11-22T04:15:00.000Z";

export const shop: Site = {
  id: "site-shop",
  name: "Shop",
  access: "owner",
  domain: "shop.example",
  currency: "EUR",
  time_zone: "Europe/Berlin",
  week_start: "monday",
  visitor_ids: "daily",
  retention: {},
  channel_rules: [],
  created_at: time,
  updated_at: time,
  version: 3,
  last_event_at: time,
};

export const publicKey: WriteKey = {
  id: "key-website",
  name: "Website",
  kind: "public",
  origins: ["https://shop.example", "https://www.shop.example"],
  key: "wbp_0a1b2c3d",
  ends_with: "2c3d",
  created_at: time,
};

export const secretKey: WriteKey = {
  id: "key-server",
  name: "Checkout",
  kind: "secret",
  origins: [],
  ends_with: "9f8e",
  created_at: time,
  last_used_at: time,
};

function dayAt(day: string, visits: number): SiteDay {
  return { day, views: visits * 3, visits, visitors: visits, conversions: 1, revenue: "12.50" };
}

/** As many days from one on, each with one visit more than the one before. */
export function daysFrom(first: string, count: number, visits = 10): SiteDay[] {
  return Array.from({ length: count }, (_, step) => dayAt(addDays(first, step), visits + step));
}

export function linesOf(...values: string[]): SiteTable {
  return {
    total: values.length,
    lines: values.map((value, place) => ({
      value,
      events: 100 - place,
      views: 90 - place,
      visits: 40 - place,
      visitors: 30 - place,
      conversions: 2,
      revenue: "25.00",
      bounce_rate: 0.5,
    })),
  };
}

const none: SiteTable = { total: 0, lines: [] };

/** Three days of a shop, beside the three before. */
export const overview: SiteOverview = {
  from: "2026-11-20",
  to: "2026-11-22",
  time_zone: "Europe/Berlin",
  currency: "EUR",
  visitor_ids: "daily",
  known_at: "2026-11-22T04:15:30.000Z",
  totals: {
    events: 102,
    views: 99,
    visits: 33,
    visitors: 33,
    conversions: 3,
    purchases: 2,
    bounce_rate: 0.41,
    visit_seconds: 73.2,
    conversion_rate: 0.09,
    revenue: "1234.56",
    average_order_value: "617.28",
  },
  before: {
    from: "2026-11-17",
    to: "2026-11-19",
    totals: {
      events: 60,
      views: 57,
      visits: 22,
      visitors: 30,
      conversions: 3,
      purchases: 0,
      bounce_rate: 0.38,
      visit_seconds: 80,
      conversion_rate: 0.13,
      revenue: "0.00",
    },
  },
  days: daysFrom("2026-11-20", 3),
  days_before: daysFrom("2026-11-17", 3, 6),
  channels: linesOf("organic_search", "direct", "sms"),
  sources: linesOf("google", ""),
  mediums: linesOf("organic"),
  campaigns: none,
  landing_pages: linesOf("/", "/wool"),
  pages: linesOf("/wool", "/"),
  referrers: linesOf("www.google.com"),
  devices: linesOf("mobile", "desktop"),
  event_names: linesOf("page_view", "purchase"),
};

/** What a report answers: a row for each value, each with one visit more than the one before. */
export function reportOf(values: readonly string[], more: Partial<Report> = {}): Report {
  return {
    from: "2026-11-20",
    to: "2026-11-22",
    before: { from: "2026-11-17", to: "2026-11-19" },
    time_zone: "Europe/Berlin",
    currency: "EUR",
    known_at: "2026-11-22T04:15:30.000Z",
    visitor_ids: "daily",
    totals: figuresOf(30),
    totals_before: figuresOf(20),
    rows: values.map((value, place) => ({
      values: [value],
      metrics: figuresOf(10 + place),
      before: figuresOf(8),
    })),
    found: values.length,
    ...more,
  };
}

/** Answers several reports in one request, each of them as `answer` does. */
export function togetherOf(answer: (query: ReportQuery) => Report) {
  return ({ body }: { body: unknown }): Reports => {
    const { reports } = body as ReportsQuery;
    return { reports: reports.map(({ name, query }) => ({ name, report: answer(query) })) };
  };
}

function figuresOf(visits: number): Report["totals"] {
  return {
    events: visits * 3,
    views: visits * 2,
    visits,
    visitors: visits,
    conversions: 1,
    purchases: 1,
    bounce_rate: 0.25,
    visit_seconds: 60,
    conversion_rate: 0.1,
    average_order_value: "12.50",
    revenue: "12.50",
  };
}

/** Three steps, of which the second loses most. */
export const funnel: Funnel = {
  from: "2026-11-20",
  to: "2026-11-22",
  currency: "EUR",
  visitor_ids: "daily",
  known_at: "2026-11-22T04:15:30.000Z",
  revenue: "2057.00",
  steps: [
    { name: "Came", visitors: 200, lost: 0 },
    { name: "Cart", visitors: 80, of_first: 0.4, of_previous: 0.4, lost: 120, median_seconds: 90 },
    { name: "Bought", visitors: 20, of_first: 0.1, of_previous: 0.25, lost: 60 },
  ],
  biggest_drop: { step: 2, lost: 120, rate: 0.6, cost: "1234.00" },
};

/** Three conversions of two channels. */
export const attribution: Attribution = {
  from: "2026-11-20",
  to: "2026-11-22",
  currency: "EUR",
  visitor_ids: "lasting",
  known_at: "2026-11-22T04:15:30.000Z",
  lookback_days: 30,
  half_life_days: 7,
  conversions: 3,
  revenue: "100.00",
  average_touches: 5 / 3,
  single_touch: 1,
  found: 2,
  rows: [
    {
      value: "email",
      touched: 2,
      removal_effect: 2 / 3,
      first: { conversions: 2, revenue: "66.67" },
      last: { conversions: 1, revenue: "33.33" },
      last_non_direct: { conversions: 1.5, revenue: "50.00" },
      linear: { conversions: 1.5, revenue: "50.00" },
      time_decay: { conversions: 1.25, revenue: "41.67" },
      position: { conversions: 1.5, revenue: "50.00" },
      data_driven: { conversions: 1.67, revenue: "55.56" },
    },
    {
      value: "direct",
      touched: 2,
      first: { conversions: 1, revenue: "33.33" },
      last: { conversions: 2, revenue: "66.67" },
      last_non_direct: { conversions: 1.5, revenue: "50.00" },
      linear: { conversions: 1.5, revenue: "50.00" },
      time_decay: { conversions: 1.75, revenue: "58.33" },
      position: { conversions: 1.5, revenue: "50.00" },
      data_driven: { conversions: 1.33, revenue: "44.44" },
    },
  ],
};

/** Ways of a hundred visits, of which most begin at the start. */
export const journeys: Journeys = {
  from: "2026-11-20",
  to: "2026-11-22",
  known_at: "2026-11-22T04:15:30.000Z",
  visits: 100,
  others: { visits: 15, values: 4 },
  ways: [
    way(["/"], [60, 0.6, 0.6], [20, 10, 2]),
    way(["/", "/pricing"], [30, 0.3, 0.5], [24, 0, 0]),
    way(["/", "/pricing", "/cart"], [6, 0.06, 0.2], [2, 4, 0]),
    way(["/blog"], [25, 0.25, 0.25], [25, 0, 0]),
  ],
};

function way(
  steps: string[],
  [visits, of_all, of_previous]: [number, number, number],
  [ended, others, values]: [number, number, number],
): Journeys["ways"][number] {
  return { steps, visits, of_all, of_previous, ended, others: { visits: others, values } };
}

/** Three weeks, of which the last is not over. */
export const cohorts: Cohorts = {
  from: "2026-11-02",
  to: "2026-11-20",
  known_at: "2026-11-20T04:15:30.000Z",
  currency: "EUR",
  visitor_ids: "lasting",
  complete: false,
  cohorts: [
    {
      begun: "2026-11-02",
      visitors: 200,
      revenue: "600.00",
      revenue_per_visitor: "3.00",
      returns: [
        { visitors: 200, share: 1, revenue: "500.00" },
        { visitors: 50, share: 0.25, revenue: "100.00" },
        { visitors: 10, share: 0.05, revenue: "0.00" },
      ],
    },
    {
      begun: "2026-11-09",
      visitors: 100,
      revenue: "0.00",
      revenue_per_visitor: "0.00",
      returns: [
        { visitors: 100, share: 1, revenue: "0.00" },
        { visitors: 20, share: 0.2, revenue: "0.00" },
      ],
    },
    {
      begun: "2026-11-16",
      visitors: 0,
      revenue: "0.00",
      returns: [{ visitors: 0, revenue: "0.00" }],
    },
  ],
  average: [
    { cohorts: 2, visitors: 300, share: 1, revenue: "500.00", revenue_per_visitor: "1.67" },
    { cohorts: 1, visitors: 50, share: 0.25, revenue: "100.00", revenue_per_visitor: "0.50" },
  ],
};
