import { QueryCache } from "@tanstack/react-query";
import { act, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { RealTime } from "../../api/types";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { openPage } from "../../testing/open";
import { shop } from "../testing";
import { minuteMarks } from "./steps";

const address = `/sites/${shop.id}/realtime`;
const operation = "GET /sites/{id}/realtime";
/** Half an hour of them: what grew by one each time would be seen. */
const refreshes = 60;
const noon = Date.parse("2026-11-22T12:00:00Z");

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true, now: noon });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function linesOf(...values: string[]): RealTime["pages"] {
  const lines = values.map((value, at) => ({ value, visitors: 9 - at, views: 12 - at }));
  return { total: values.length, lines };
}

/** What goes on at the present moment. */
function nowAt(millis = Date.now()): RealTime {
  const step = { events: 4, views: 3, conversions: 0 };
  const minute = (ago: number) => ({ ...step, at: new Date(millis - ago * 60_000).toISOString() });
  const hour = (ago: number) => ({
    ...step,
    conversions: ago === 0 ? 2 : 0,
    hour: new Date(millis - ago * 3_600_000 + 3_600_000).toISOString().replace(/\..*/, "+01:00"),
  });
  return {
    known_at: new Date(millis).toISOString(),
    time_zone: shop.time_zone,
    currency: "EUR",
    visitor_ids: "daily",
    visitors_5_minutes: 5,
    visitors_30_minutes: 17,
    minutes: Array.from({ length: 30 }, (_, at) => minute(29 - at)),
    hours: Array.from({ length: 24 }, (_, at) => hour(23 - at)),
    pages: linesOf("/wool", ""),
    channels: linesOf("organic_search"),
    sources: linesOf("google"),
    campaigns: { total: 0, lines: [] },
    conversions: [
      {
        at: new Date(millis - 60_000).toISOString(),
        event: "purchase",
        value: "49.90",
        channel: "email",
        landing_page: "/start",
      },
    ],
    feed: {
      last_event_at: new Date(millis).toISOString(),
      counted_since: new Date(millis - 3_600_000).toISOString(),
      accepted: 120,
      doubled: 1,
      refused: [{ code: "bot", count: 3 }],
    },
  };
}

function serve(answer: () => unknown = () => nowAt()) {
  return fakeAppliance({ "GET /sites/{id}": shop, [operation]: answer });
}

async function openBoard() {
  const opened = await openPage(address, "Shop: Real time");
  await screen.findByText("Here now");
  return opened;
}

function tile(label: string) {
  return screen.getByText(label, { selector: "dt" }).closest("div");
}

/** The page is hidden behind another, or looked at again. */
function look(state: "hidden" | "visible") {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue(state);
  act(() => void document.dispatchEvent(new Event("visibilitychange", { bubbles: true })));
}

async function pass(millis: number) {
  await act(() => vi.advanceTimersByTimeAsync(millis));
}

it("who is here, what they do and what it brought stands there", async () => {
  serve();
  await openBoard();
  expect(tile("Here now")).toHaveTextContent("5");
  expect(tile("Active")).toHaveTextContent("17");
  expect(tile("Page views")).toHaveTextContent("90");
  expect(tile("Events")).toHaveTextContent("120");
  expect(tile("Conversions")).toHaveTextContent("2");
  const pages = within(screen.getByRole("region", { name: "Pages" }));
  expect(pages.getByRole("row", { name: "No page 8 11" })).toBeVisible();
  expect(screen.getByText("Nobody is here.")).toBeVisible();
  const row = screen.getByRole("row", { name: /purchase/ });
  expect(row).toHaveTextContent("1 minute ago");
  expect(row).toHaveTextContent("€49.90");
  expect(row).toHaveTextContent("Email");
  expect(screen.getByRole("row", { name: "A program did it 3" })).toBeVisible();
});

it("what stands there leads to the visits of today that it is about", async () => {
  serve();
  await openBoard();
  const today = `/sites/${shop.id}?range=today&filters=`;
  for (const [name, filter] of [
    ["/wool", "page%3Ais%3A%2Fwool"],
    ["google", "source%3Ais%3Agoogle"],
    ["/start", "landing_page%3Ais%3A%2Fstart"],
    ["Email", "channel%3Ais%3Aemail"],
  ]) {
    expect(screen.getByRole("link", { name })).toHaveAttribute("href", `${today}${filter}`);
  }
});

it("each chart has a table that says the same, the latest first", async () => {
  serve();
  const { user } = await openBoard();
  const [minutes, hours] = screen.getAllByText("The same as a table");
  await user.click(minutes as HTMLElement);
  await user.click(hours as HTMLElement);
  for (const [name, rows, first] of [
    ["Page views by minute", 31, "13:00 3 4 0"],
    ["Page views by hour", 25, "13:00 3 4 2"],
  ] as const) {
    const table = within(screen.getByRole("region", { name }));
    expect(table.getAllByRole("row")).toHaveLength(rows);
    expect(table.getAllByRole("row")[1]).toHaveAccessibleName(first);
  }
});

it("it is read again every half minute, but not while nobody looks", async () => {
  const appliance = serve();
  await openBoard();
  await pass(60_000);
  expect(appliance.calls(operation)).toHaveLength(3);
  look("hidden");
  await pass(600_000);
  expect(appliance.calls(operation)).toHaveLength(3);
  look("visible");
  await pass(100);
  expect(appliance.calls(operation)).toHaveLength(4);
});

it("figures that could not be read again stay, and say that they are old", async () => {
  let answer: () => unknown = () => nowAt();
  serve(() => answer());
  const { user } = await openBoard();
  answer = () => refusal(403, "forbidden");
  await pass(30_000);
  expect(await screen.findByText(/could not be read again since/)).toHaveTextContent("13:00:0");
  expect(tile("Active")).toHaveTextContent("17");
  answer = () => nowAt();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText(/^Refreshed at/)).toBeVisible();
});

it("a page that stays open gathers no timers, listeners or answers", async () => {
  const kept = { listeners: 0, entries: 0 };
  for (const target of [window, document]) {
    const { addEventListener, removeEventListener } = target;
    vi.spyOn(target, "addEventListener").mockImplementation((...args: unknown[]) => {
      kept.listeners += 1;
      return Reflect.apply(addEventListener, target, args);
    });
    vi.spyOn(target, "removeEventListener").mockImplementation((...args: unknown[]) => {
      kept.listeners -= 1;
      return Reflect.apply(removeEventListener, target, args);
    });
  }
  const { add, remove } = QueryCache.prototype;
  vi.spyOn(QueryCache.prototype, "add").mockImplementation(function (this: QueryCache, query) {
    kept.entries += 1;
    return add.call(this, query);
  });
  vi.spyOn(QueryCache.prototype, "remove").mockImplementation(function (this: QueryCache, query) {
    kept.entries -= 1;
    return remove.call(this, query);
  });
  const appliance = serve();
  await openBoard();
  await pass(60_000);
  const before = { ...kept, timers: vi.getTimerCount(), calls: appliance.calls(operation).length };
  for (let refresh = 0; refresh < refreshes; refresh += 1) await pass(30_000);
  await waitFor(() =>
    expect(appliance.calls(operation).length).toBeGreaterThanOrEqual(before.calls + refreshes - 1),
  );
  expect(kept.listeners).toBe(before.listeners);
  expect(kept.entries).toBeLessThanOrEqual(before.entries);
  expect(vi.getTimerCount()).toBeLessThanOrEqual(before.timers);
}, 120_000);

it("minutes are marked as far before the present one as there is room", () => {
  const minutes = Array.from({ length: 30 }, (_, at) => String(at));
  expect(minuteMarks(minutes, 8)).toEqual([4, 9, 14, 19, 24, 29]);
  expect(minuteMarks(minutes, 3)).toEqual([9, 19, 29]);
  expect(minuteMarks(minutes, 2)).toEqual([14, 29]);
});
