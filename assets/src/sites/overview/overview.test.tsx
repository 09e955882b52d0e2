import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { SiteOverview } from "../../api/types";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { choose, openPage } from "../../testing/open";
import { daysFrom, linesOf, overview, shop } from "../testing";

const address = `/sites/${shop.id}`;
const { last_event_at: _, ...quiet } = shop;

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true, now: Date.parse("2026-11-22T23:30:00Z") });
});

afterEach(() => {
  vi.useRealTimers();
});

function serve(found: Partial<SiteOverview> = {}) {
  return fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites/{id}/overview": { ...overview, ...found },
  });
}

async function openOverview(search = "") {
  const opened = await openPage(`${address}${search}`, "Shop");
  await screen.findByRole("button", { name: "Visits" });
  return opened;
}

function tile(label: string) {
  const term = screen.getByText(label, { selector: "dt, dt *" }).closest("div");
  return within(term as HTMLElement);
}

it("without events it says how to get some", async () => {
  fakeAppliance({ "GET /sites/{id}": quiet });
  await openPage(address, "Shop");
  expect(await screen.findByText("No events yet")).toBeVisible();
  expect(screen.getByRole("link", { name: "Set it up" })).toHaveAttribute(
    "href",
    `${address}/setup`,
  );
});

it("each figure stands beside what it was before, and says whether that is good", async () => {
  serve();
  await openOverview();
  expect(tile("Visits").getByText("33")).toBeVisible();
  expect(tile("Visits").getByText(/^50%/)).toHaveTextContent(/50% more than before: 22, 17/);
  expect(tile("Bounce rate").getByText("41%")).toBeVisible();
  expect(tile("Bounce rate").getByText(/3.0 points/)).toHaveClass("bad");
  expect(tile("Visit time").getByText("1 min 13 s")).toBeVisible();
  expect(tile("Conversions").getByText("No change")).toBeVisible();
  expect(tile("Revenue").getByText("€1,234.56")).toBeVisible();
  expect(tile("Revenue").getByText(/from 0/)).toBeVisible();
  expect(tile("Order value").getByText("Nothing to compare")).toBeVisible();
});

it("of a large amount a tile leaves the cents out, and says them to whoever hears it", async () => {
  serve({ totals: { ...overview.totals, revenue: "12345.67" } });
  await openOverview();
  expect(tile("Revenue").getByText("€12,346")).toHaveAttribute("aria-hidden", "true");
  expect(tile("Revenue").getByText("€12,345.67")).toBeInTheDocument();
});

it("the days are the site’s own: there it is tomorrow already", async () => {
  const appliance = serve();
  await openOverview();
  const [call] = appliance.calls("GET /sites/{id}/overview");
  expect(Object.fromEntries(call?.query ?? [])).toEqual({
    from: "2026-10-27",
    to: "2026-11-23",
    compare: "previous",
  });
});

it("what an address says wrongly counts as not said", async () => {
  const appliance = serve();
  await openOverview("?range=ever&compare=previous&metric=luck");
  expect(screen.getByRole("button", { name: /Compared with the days before/ })).toBeVisible();
  const [call] = appliance.calls("GET /sites/{id}/overview");
  expect(call?.query.get("from")).toBe("2026-10-27");
});

it("when it was known is told by the site’s clocks", async () => {
  serve();
  await openOverview();
  expect(screen.getByText(/^As known on/)).toHaveTextContent(
    "As known on 22 Nov 2026, 05:15:30, Europe/Berlin",
  );
});

it("visitors of single days are called so, and what that means stands there", async () => {
  serve();
  await openOverview();
  expect(tile("Daily visitors").getByText("33")).toBeVisible();
  expect(screen.getByText(/whoever came on three days/)).toBeVisible();
});

it("visitors who are known again are visitors", async () => {
  serve({ visitor_ids: "lasting" });
  await openOverview();
  expect(tile("Visitors").getByText("33")).toBeVisible();
  expect(screen.queryByText(/whoever came on three days/)).toBeNull();
});

it("a span and a comparison are chosen, and stand in the address", async () => {
  const appliance = serve();
  const { user, history } = await openOverview();
  await user.click(screen.getByRole("button", { name: /^Last 28 days/ }));
  await user.click(await screen.findByRole("option", { name: "Last month" }));
  await choose(user, /^Compared/, "Compared with a year before");
  await waitFor(() => expect(history.location.search).toBe("?range=last-month&compare=year"));
  const last = appliance.calls("GET /sites/{id}/overview").at(-1);
  expect(Object.fromEntries(last?.query ?? [])).toEqual({
    from: "2026-10-01",
    to: "2026-10-31",
    compare: "year",
  });
});

it("any days are chosen from a calendar, and steps lead on from there", async () => {
  serve();
  const { user, history } = await openOverview();
  await user.click(screen.getByRole("button", { name: /^Last 28 days/ }));
  const days = await screen.findByRole("application", { name: /Days/ });
  await user.click(within(days).getByRole("button", { name: /10 November 2026/ }));
  await user.click(within(days).getByRole("button", { name: /12 November 2026/ }));
  await waitFor(() => expect(history.location.search).toBe("?from=2026-11-10&to=2026-11-12"));
  await user.click(await screen.findByRole("button", { name: "Earlier days" }));
  await waitFor(() => expect(history.location.search).toBe("?from=2026-11-07&to=2026-11-09"));
  await user.click(screen.getByRole("button", { name: "Later days" }));
  await waitFor(() => expect(history.location.search).toBe("?from=2026-11-10&to=2026-11-12"));
});

it("a tile draws its own trend, and a table tells the same", async () => {
  serve();
  const { user, history } = await openOverview();
  expect(screen.getByRole("heading", { name: "Daily visitors by day" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Revenue" }));
  expect(await screen.findByRole("heading", { name: "Revenue by day" })).toBeVisible();
  expect(screen.getByText("What purchases were worth, to the cent.")).toBeVisible();
  expect(history.location.search).toBe("?metric=revenue");
  expect(screen.getByRole("button", { name: "Revenue" })).toHaveAttribute("aria-pressed", "true");
  await user.click(screen.getByText("The same as a table"));
  const table = within(screen.getByRole("region", { name: "Revenue by day" }));
  expect(table.getAllByRole("row")).toHaveLength(4);
  expect(
    table.getByRole("row", { name: /^Fri 20 Nov €12.50 Tue 17 Nov €12.50 No change/ }),
  ).toBeVisible();
  await user.click(table.getByRole("link", { name: "Sat 21 Nov" }));
  await waitFor(() => expect(history.location.search).toContain("from=2026-11-21&to=2026-11-21"));
});

it("the keyboard stays in the trend when it looks into a day", async () => {
  const hours = ["00", "01"].map((hour) => ({
    ...overview.days[0],
    day: undefined,
    hour: `2026-11-21T${hour}:00:00+01:00`,
  }));
  const day = { ...overview, from: "2026-11-21", to: "2026-11-21", days: [], hours };
  fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites/{id}/overview": ({ query }: { query: URLSearchParams }) =>
      query.get("from") === "2026-11-21" ? day : overview,
  });
  const { user } = await openOverview();
  act(() => screen.getByRole("img", { name: /^Sat 21 Nov: 11\./ }).focus());
  await user.keyboard("{Enter}");
  expect(await screen.findByRole("img", { name: /^01:00: 10\./ })).toHaveFocus();
});

it("on paper the trend is as wide as a sheet, whatever the window is", async () => {
  serve();
  await openOverview();
  const trend = screen.getByRole("group", { name: "Daily visitors, step by step" });
  vi.spyOn(trend, "getBoundingClientRect").mockReturnValue({ width: 300 } as DOMRect);
  fireEvent(window, new Event("afterprint"));
  expect(trend).toHaveAttribute("viewBox", "0 0 300 260");
  fireEvent(window, new Event("beforeprint"));
  expect(trend).toHaveAttribute("viewBox", "0 0 680 260");
});

it("a figure that is known for the range alone cannot be drawn", async () => {
  serve();
  await openOverview("?metric=visit_seconds");
  expect(screen.getByRole("heading", { name: "Daily visitors by day" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Visit time" })).toBeNull();
});

it("the keyboard walks the trend day by day, and Enter opens one", async () => {
  serve();
  const { user, history } = await openOverview("?metric=visits");
  const chart = within(screen.getByRole("group", { name: "Visits, step by step" }));
  const last = chart.getByRole("img", { name: "Sun 22 Nov: 12. Before, Thu 19 Nov: 8." });
  act(() => last.focus());
  await user.keyboard("{ArrowLeft}");
  expect(chart.getByRole("img", { name: /^Sat 21 Nov: 11/ })).toHaveFocus();
  expect(chart.getByText("11")).toBeInTheDocument();
  await user.keyboard("{Home}");
  expect(chart.getByRole("img", { name: /^Fri 20 Nov: 10/ })).toHaveFocus();
  await user.keyboard("{End}{ArrowRight}");
  expect(last).toHaveFocus();
  await user.keyboard("{Home}{Enter}");
  await waitFor(() => expect(history.location.search).toContain("from=2026-11-20&to=2026-11-20"));
});

it("the pointer shows the nearest day, and a click opens it", async () => {
  serve({ from: "2026-11-22", to: "2026-11-24", days: daysFrom("2026-11-22", 3) });
  const { history } = await openOverview("?metric=visits");
  const chart = screen.getByRole("group", { name: "Visits, step by step" });
  fireEvent.pointerMove(chart, { clientX: 0 });
  expect(within(chart).getByText("Sun 22 Nov")).toBeInTheDocument();
  fireEvent.pointerLeave(chart);
  expect(within(chart).queryByText("Sun 22 Nov")).toBeNull();
  fireEvent.pointerMove(chart, { clientX: 700 });
  fireEvent.click(chart);
  await waitFor(() => expect(history.location.search).toContain("from=2026-11-24"));
});

it("one day goes by the hour, and its visitors are visitors", async () => {
  const { day: _day, ...figures } = daysFrom("2026-11-22", 1)[0] as SiteOverview["days"][number];
  const hours = ["00", "01", "02", "06"].map((hour) => ({
    ...figures,
    hour: `2026-11-22T${hour}:00:00+01:00`,
  }));
  const day = { from: "2026-11-22", to: "2026-11-22" };
  serve({ ...day, hours, days: daysFrom("2026-11-22", 1) });
  const { user } = await openOverview("?from=2026-11-22&to=2026-11-22");
  expect(screen.getByRole("heading", { name: "Visitors by hour" })).toBeVisible();
  await user.click(screen.getByText("The same as a table"));
  expect(screen.getByRole("row", { name: "01:00 10" })).toBeVisible();
  // It was a quarter past five there: of what is yet to come nothing is told, not even nought.
  expect(screen.queryByRole("row", { name: /^06:00/ })).toBeNull();
});

it("channels are named in words, with their share and their figures", async () => {
  serve();
  await openOverview();
  const channels = within(screen.getByRole("region", { name: "Channels" }));
  const row = channels.getByRole("row", { name: /^Organic search/ });
  expect(row).toHaveTextContent("Organic search121.2%403050%2€25.00");
});

it("what never happened in these days has no column", async () => {
  serve({ totals: { ...overview.totals, conversions: 0, revenue: "0.00" } });
  await openOverview();
  const channels = within(screen.getByRole("region", { name: "Channels" }));
  expect(channels.queryByRole("columnheader", { name: "Conversions" })).toBeNull();
  expect(channels.queryByRole("columnheader", { name: "Revenue" })).toBeNull();
});

it("each table has its tabs, which stand in the address, and an empty one says so", async () => {
  serve();
  const { user, history } = await openOverview();
  const sources = within(screen.getByRole("region", { name: "Sources" }));
  expect(sources.getByRole("row", { name: /^No source/ })).toBeVisible();
  await user.click(screen.getByRole("tab", { name: "Campaigns" }));
  expect(await screen.findByText("Nothing in these days.")).toBeVisible();
  await user.click(screen.getByRole("tab", { name: "All pages" }));
  await waitFor(() => expect(history.location.search).toBe("?came=campaigns&saw=pages"));
  const pages = within(await screen.findByRole("region", { name: "All pages" }));
  expect(pages.getByRole("row", { name: /^\/wool 90/ })).toBeVisible();
});

it("a long table is shown whole when asked, and says what is left out even then", async () => {
  const pages = Array.from({ length: 12 }, (_, page) => `/page-${page}`);
  serve({ landing_pages: { ...linesOf(...pages), total: 400 } });
  const { user, history } = await openOverview();
  expect(screen.queryByText("/page-11")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Show 12" }));
  expect(await screen.findByText("/page-11")).toBeVisible();
  expect(screen.getByText("The first 12 of 400 pages")).toBeVisible();
  expect(screen.getByRole("link", { name: "Report" })).toHaveAttribute(
    "href",
    `${address}/reports?dimensions=landing_page`,
  );
  expect(history.location.search).toBe("?all=landing_pages");
  await user.click(screen.getByRole("button", { name: "Show 10" }));
  await waitFor(() => expect(screen.queryByText("/page-11")).toBeNull());
});

it("days without anything lead to the last ones with something", async () => {
  const totals = { ...overview.totals, events: 0, views: 0, visits: 0, visitors: 0 };
  serve({ totals, before: undefined, days_before: undefined });
  const { user, history } = await openOverview("?compare=none");
  expect(screen.getByText("Nothing came in during these days")).toBeVisible();
  expect(screen.queryByRole("region", { name: "Channels" })).toBeNull();
  await user.click(screen.getByRole("link", { name: "Sun 22 Nov 2026" }));
  await waitFor(() => expect(history.location.search).toContain("from=2026-11-22&to=2026-11-22"));
});

it("what the appliance refuses stands where the figures would", async () => {
  fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites/{id}/overview": refusal(422, "validation_failed", {
      fields: [{ path: "from", code: "too_early", message: "At most two years back." }],
    }),
  });
  await openPage(`${address}?from=2020-01-01&to=2020-01-02`, "Shop");
  expect(await screen.findByText(/At most two years back/)).toBeVisible();
  expect(screen.getByRole("link", { name: "Show the last 28 days" })).toHaveAttribute(
    "href",
    address,
  );
});

it("figures of today are read again every thirty seconds, and those of days gone are not", async () => {
  const appliance = serve();
  await openOverview();
  const asked = () => appliance.calls("GET /sites/{id}/overview").length;
  expect(asked()).toBe(1);
  await act(() => vi.advanceTimersByTimeAsync(31_000));
  expect(asked()).toBe(2);
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  document.dispatchEvent(new Event("visibilitychange"));
  await act(() => vi.advanceTimersByTimeAsync(90_000));
  expect(asked()).toBe(2);
});

it("days that are over are read once", async () => {
  const appliance = serve();
  await openOverview("?range=yesterday");
  await act(() => vi.advanceTimersByTimeAsync(90_000));
  expect(appliance.calls("GET /sites/{id}/overview")).toHaveLength(1);
});

it("figures that could not be read anew stay, and it is said", async () => {
  let isDown = false;
  fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites/{id}/overview": () => (isDown ? refusal(500, "internal") : overview),
  });
  await openOverview();
  isDown = true;
  await act(() => vi.advanceTimersByTimeAsync(31_000));
  expect(await screen.findByText("Title of internal")).toBeVisible();
  expect(tile("Visits").getByText("33")).toBeVisible();
});
