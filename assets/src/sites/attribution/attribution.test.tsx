import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Attribution, AttributionQuery } from "../../api/types";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { choose, openPage } from "../../testing/open";
import { attribution, reportOf, shop } from "../testing";
import { readAttributionSearch } from "./search";

const address = `/sites/${shop.id}/attribution`;
const span = "from=2026-11-20&to=2026-11-22";

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true, now: Date.parse("2026-11-22T23:30:00Z") });
});

afterEach(() => {
  vi.useRealTimers();
});

function serve(answer: Attribution | Response = attribution, site = shop) {
  return fakeAppliance({
    "GET /sites/{id}": site,
    "GET /sites/{id}/segments": { items: [] },
    "POST /sites/{id}/attribution": answer,
    "POST /sites/{id}/reports": reportOf(["email"]),
  });
}

function openAttribution(search = "") {
  return openPage(`${address}?${span}${search}`, "Shop: Attribution");
}

function last(appliance: ReturnType<typeof serve>) {
  return appliance.bodies("POST /sites/{id}/attribution").at(-1) as AttributionQuery;
}

it("without events it says how to get some", async () => {
  const { last_event_at: _, ...quiet } = shop;
  fakeAppliance({ "GET /sites/{id}": quiet });
  await openPage(address, "Shop: Attribution");
  expect(await screen.findByText("No events yet")).toBeVisible();
});

it("conversions are divided by channel at once, over 30 days", async () => {
  const appliance = serve();
  await openAttribution();
  await screen.findByRole("heading", { name: "By model" });
  expect(last(appliance)).toEqual({
    from: "2026-11-20",
    to: "2026-11-22",
    dimension: "channel",
    goal: "all",
    lookback_days: 30,
    half_life_days: 7,
    filters: [],
    sort_model: "data_driven",
    sort_figure: "conversions",
    limit: 100,
  });
});

it("all models stand side by side below what all rows come to", async () => {
  serve();
  await openAttribution();
  const table = within(await screen.findByRole("region", { name: "Channel, by model" }));
  expect(table.getByRole("row", { name: "All 3.00 3.00 3.00 3.00 3.00 3.00 3.00" })).toBeVisible();
  expect(
    table.getByRole("row", { name: "Email 2.00 1.00 1.50 1.50 1.25 1.50 1.67 2 66.7%" }),
  ).toBeVisible();
  expect(table.getByRole("row", { name: /^Direct .* 2 –$/ })).toBeVisible();
  expect(screen.getByText(/On average 1.7 visits led to a conversion/)).toHaveTextContent(
    "To 1 of 3 conversions one visit led alone",
  );
});

it("a row leads to the visits that it is about, on the same days", async () => {
  serve();
  await openAttribution("&filters=device:is:mobile&by=channel&goal=leads");
  const link = await screen.findByRole("link", { name: "Email" });
  expect(link).toHaveAttribute(
    "href",
    `/sites/${shop.id}?${span}&filters=device%3Ais%3Amobile%3Bchannel%3Ais%3Aemail`,
  );
  expect(screen.queryByRole("link", { name: "All" })).toBeNull();
});

it("revenue is divided to the cent, and a model puts the rows in order", async () => {
  const appliance = serve();
  const { user, history } = await openAttribution();
  await choose(user, /Figure that is divided/, "Revenue");
  const table = within(await screen.findByRole("region", { name: "Channel, by model" }));
  expect(table.getByRole("row", { name: /^Email €66.67/ })).toBeVisible();
  await user.click(table.getByRole("button", { name: "Linear" }));
  await waitFor(() => expect(last(appliance).sort_model).toBe("linear"));
  expect(last(appliance).sort_figure).toBe("revenue");
  expect(table.getByRole("columnheader", { name: "Linear" })).toHaveAttribute(
    "aria-sort",
    "descending",
  );
  expect(history.location.search).toContain("sort=linear");
});

it("what visits are told apart by and how far back stand in the address", async () => {
  const appliance = serve();
  const { user, history } = await openAttribution();
  await choose(user, /What visits are told apart by/, "By campaign");
  await choose(user, /Which conversions/, "Purchases");
  await choose(user, /How far back/, "Up to 90 days before");
  await choose(user, /Half-life/, "Half-life of 14 days");
  await waitFor(() =>
    expect(last(appliance)).toMatchObject({
      dimension: "campaign",
      goal: "purchases",
      lookback_days: 90,
      half_life_days: 14,
    }),
  );
  expect(history.location.search).toContain("lookback=90");
});

it("where nobody is known on another day it is said", async () => {
  serve(attribution, { ...shop, visitor_ids: "daily" });
  await openAttribution();
  expect(await screen.findByText("This site knows nobody again on another day")).toBeVisible();
});

it("with lasting ids nothing of the kind is said", async () => {
  serve(attribution, { ...shop, visitor_ids: "lasting" });
  await openAttribution();
  await screen.findByRole("heading", { name: "By model" });
  expect(screen.queryByText("This site knows nobody again on another day")).toBeNull();
});

it("where nothing was converted it says what to do", async () => {
  serve({ ...attribution, conversions: 0, rows: [], found: 0 });
  await openAttribution();
  expect(await screen.findByText("Nothing was converted during these days")).toBeVisible();
});

it("of more rows than stand there the number is told", async () => {
  serve({ ...attribution, found: 4711 });
  await openAttribution();
  expect(await screen.findByText("The largest 2 of 4,711 rows")).toBeVisible();
});

it("what the appliance refuses stands there with the reason, and a way back", async () => {
  serve(
    refusal(422, "validation_failed", {
      fields: [{ path: "from", code: "bad", message: "There are too many paths." }],
    }),
  );
  await openAttribution("&by=campaign");
  expect(await screen.findByText(/too many paths/)).toBeVisible();
  expect(screen.getByRole("link", { name: /begin anew/ })).toHaveAttribute("href", address);
});

it("what an address says wrongly counts as not said", () => {
  expect(
    readAttributionSearch({
      by: "moon",
      sort: "luck",
      lookback: "8",
      figure: "x",
      compare: "year",
    }),
  ).toEqual({});
  expect(readAttributionSearch({ by: "source", half_life: 3 })).toEqual({
    by: "source",
    half_life: "3",
  });
});
