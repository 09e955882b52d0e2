import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Journeys, JourneysQuery } from "../../api/types";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { choose, openPage } from "../../testing/open";
import { journeys, reportOf, shop } from "../testing";
import { branchesOf } from "./branches";
import { readJourneysSearch } from "./search";

const address = `/sites/${shop.id}/journeys`;
const span = "from=2026-11-20&to=2026-11-22";

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true, now: Date.parse("2026-11-22T23:30:00Z") });
});

afterEach(() => {
  vi.useRealTimers();
});

function serve(answer: Journeys | Response = journeys) {
  return fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites/{id}/segments": { items: [] },
    "POST /sites/{id}/journeys": answer,
    "POST /sites/{id}/reports": reportOf(["/cart"]),
  });
}

function openJourneys(search = "") {
  return openPage(`${address}?${span}${search}`, "Shop: Journeys");
}

function last(appliance: ReturnType<typeof serve>) {
  return appliance.bodies("POST /sites/{id}/journeys").at(-1) as JourneysQuery;
}

it("without events it says how to get some", async () => {
  const { last_event_at: _, ...quiet } = shop;
  fakeAppliance({ "GET /sites/{id}": quiet });
  await openPage(address, "Shop: Journeys");
  expect(await screen.findByText("No events yet")).toBeVisible();
});

it("visits are followed onward through pages at once", async () => {
  const appliance = serve();
  await openJourneys();
  await screen.findByRole("heading", { name: "How visits go on" });
  expect(last(appliance)).toEqual({
    from: "2026-11-20",
    to: "2026-11-22",
    dimension: "page",
    direction: "onward",
    steps: 5,
    limit: 50,
    filters: [],
  });
});

it("what goes on from a way stands below it, with those who left and those who are not told", async () => {
  serve();
  await openJourneys();
  const ways = within(await screen.findByRole("list", { name: "Ways" }));
  const start = ways.getByText("/").closest("li") as HTMLElement;
  expect(start).toHaveTextContent("60 visits20 ended here; 10 went on to 2 other pages");
  const pricing = within(start).getByText("/pricing").closest("li") as HTMLElement;
  expect(pricing).toHaveTextContent("30 visits50% of those before; 24 ended here");
  const cart = within(pricing).getByText("/cart").closest("li") as HTMLElement;
  expect(cart).toHaveTextContent("6 visits20% of those before; 2 ended here; 4 went on further");
  expect(within(start).queryByText("/blog")).toBeNull();
  expect(ways.getByText("/blog")).toBeVisible();
  expect(screen.getByText("15 visits began with one of 4 other pages.")).toBeVisible();
});

it("each step leads to the ways that begin there", async () => {
  const appliance = serve();
  const { user, history } = await openJourneys("&at=/");
  const ways = within(await screen.findByRole("list", { name: "Ways" }));
  expect(ways.queryByRole("link", { name: "/" })).toBeNull();
  await user.click(ways.getByRole("link", { name: "/pricing" }));
  await waitFor(() => expect(last(appliance).at).toBe("/pricing"));
  expect(history.location.search).toContain(`${span}&at=%2Fpricing`);
});

it("a table tells the same", async () => {
  serve();
  const { user } = await openJourneys();
  await user.click(await screen.findByText("The same as a table"));
  const table = within(screen.getByRole("region", { name: "Journeys" }));
  expect(table.getByRole("row", { name: "/ 1 60 60% – 20 10" })).toBeVisible();
  expect(table.getByRole("row", { name: "/ → /pricing → /cart 3 6 6% 20% 2 4" })).toBeVisible();
});

it("followed back from a page it tells where visits came from", async () => {
  const appliance = serve();
  const { user, history } = await openJourneys();
  await choose(user, /Which way/, "Back, from the end");
  await user.type(await screen.findByRole("combobox", { name: /Page to start from/ }), "/cart");
  await user.keyboard("{Escape}");
  await user.click(screen.getByRole("button", { name: "Follow" }));
  await waitFor(() => expect(last(appliance)).toMatchObject({ at: "/cart", direction: "back" }));
  expect(history.location.search).toContain("at=%2Fcart");
  expect(await screen.findByRole("heading", { name: "Ways to /cart" })).toBeVisible();
  expect(screen.getByText(/4 began earlier/)).toBeVisible();
});

it("how far and how many stand in the address, and events may be followed", async () => {
  const appliance = serve();
  const { user, history } = await openJourneys("&at=/cart");
  await choose(user, /How many steps/, "Up to 10 steps");
  await choose(user, /How many ways/, "The 200 commonest");
  await waitFor(() => expect(last(appliance)).toMatchObject({ steps: 10, limit: 200 }));
  expect(history.location.search).toContain("steps=10");
  await choose(user, /What visits are followed through/, "Through events");
  await waitFor(() => expect(last(appliance).dimension).toBe("event"));
  expect(last(appliance).at, "a page is no event").toBeUndefined();
});

it("where no visit took such a way it says what to do", async () => {
  serve({ ...journeys, visits: 0, ways: [], others: { visits: 0, values: 0 } });
  await openJourneys("&at=/nowhere");
  expect(await screen.findByText("No visit took such a way")).toBeVisible();
});

it("what the appliance refuses stands there with the reason, and a way back", async () => {
  serve(
    refusal(422, "validation_failed", {
      fields: [{ path: "from", code: "bad", message: "There are too many ways." }],
    }),
  );
  await openJourneys("&at=/cart");
  expect(await screen.findByText(/too many ways/)).toBeVisible();
  expect(screen.getByRole("link", { name: /begin anew/ })).toHaveAttribute("href", address);
});

it("ways that stand one after the other make a tree", () => {
  const [start, blog] = branchesOf(journeys.ways);
  expect(start?.onward.map(({ value }) => value)).toEqual(["/pricing"]);
  expect(start?.onward[0]?.onward.map(({ value }) => value)).toEqual(["/cart"]);
  expect(blog?.onward).toEqual([]);
});

it("what an address says wrongly counts as not said", () => {
  expect(
    readJourneysSearch({
      through: "moon",
      direction: "up",
      steps: "6",
      most: "7",
      compare: "year",
    }),
  ).toEqual({});
  expect(readJourneysSearch({ steps: 3, at: "/" })).toEqual({ steps: "3", at: "/" });
});
