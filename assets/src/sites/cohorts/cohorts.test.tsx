import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Cohorts, CohortsQuery } from "../../api/types";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { choose, openPage } from "../../testing/open";
import { cohorts, reportOf, shop } from "../testing";
import { readCohortsSearch } from "./search";
import { largestOf, shadeOf } from "./shades";

const address = `/sites/${shop.id}/cohorts`;

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true, now: Date.parse("2026-11-22T13:30:00Z") });
});

afterEach(() => {
  vi.useRealTimers();
});

function serve(answer: Cohorts | Response = cohorts, site = shop) {
  return fakeAppliance({
    "GET /sites/{id}": site,
    "GET /sites/{id}/segments": { items: [] },
    "POST /sites/{id}/cohorts": answer,
    "POST /sites/{id}/reports": reportOf(["email"]),
  });
}

function openCohorts(search = "") {
  return openPage(`${address}${search}`, "Shop: Cohorts");
}

function last(appliance: ReturnType<typeof serve>) {
  return appliance.bodies("POST /sites/{id}/cohorts").at(-1) as CohortsQuery;
}

it("without events it says how to get some", async () => {
  const { last_event_at: _, ...quiet } = shop;
  fakeAppliance({ "GET /sites/{id}": quiet });
  await openCohorts();
  expect(await screen.findByText("No events yet")).toBeVisible();
});

it("the last 90 days are shown by week at once", async () => {
  const appliance = serve();
  await openCohorts();
  await screen.findByRole("heading", { name: "Share that came again" });
  expect(last(appliance)).toMatchObject({ period: "week", filters: [] });
  expect(Date.parse(last(appliance).to ?? "") - Date.parse(last(appliance).from ?? "")).toBe(
    89 * 86_400_000,
  );
});

it("the last 28 days can be chosen, although other pages show them unasked", async () => {
  const appliance = serve();
  const { user, history } = await openCohorts();
  await user.click(await screen.findByRole("button", { name: /^Last 90 days/ }));
  await user.click(await screen.findByRole("option", { name: "Last 28 days" }));
  await waitFor(() => expect(last(appliance).from).toBe("2026-10-26"));
  expect(history.location.search).toContain("range=28d");
});

it("each cohort tells its share week by week, and what is not over is marked", async () => {
  serve();
  await openCohorts("?from=2026-11-02&to=2026-11-20");
  const table = within(await screen.findByRole("region", { name: "Cohorts" }));
  expect(
    table.getByRole("row", { name: /^2\s–\s8 Nov 200 €600.00 €3.00 100% 25% 5% so far$/ }),
  ).toBeVisible();
  expect(
    table.getByRole("row", { name: /^9\s–\s15 Nov 100 €0.00 €0.00 100% 20% so far/ }),
  ).toBeVisible();
  expect(table.getByRole("row", { name: /^16\s–\s22 Nov 0 €0.00 – so far/ })).toBeVisible();
  expect(table.getByRole("row", { name: /^All together 300 100% 25%/ })).toBeVisible();
  expect(table.getByRole("columnheader", { name: "2 weeks later" })).toBeVisible();
  expect(screen.getByText("300 new visitors")).toBeVisible();
});

it("cells are shaded by their figures besides, and the first period outshines none", async () => {
  serve();
  await openCohorts("?from=2026-11-02&to=2026-11-20");
  const table = within(await screen.findByRole("region", { name: "Cohorts" }));
  const row = within(table.getByRole("row", { name: /^2\s–\s8 Nov/ }));
  expect(row.getByText("100%")).toHaveAttribute("data-shade", "0");
  expect(row.getByText("25%")).toHaveAttribute("data-shade", "5");
  expect(row.getByText("5%")).toHaveAttribute("data-shade", "1");
});

it("revenue and months stand in the address", async () => {
  const appliance = serve();
  const { user, history } = await openCohorts("?from=2026-11-02&to=2026-11-20");
  await choose(user, /By what visitors/, "By month");
  await choose(user, /Figure that is shown/, "Revenue");
  await waitFor(() => expect(last(appliance).period).toBe("month"));
  expect(history.location.search).toContain("figure=revenue");
  const table = within(await screen.findByRole("region", { name: "Cohorts" }));
  expect(table.getByRole("columnheader", { name: "1 month later" })).toBeVisible();
  expect(table.getByRole("row", { name: /^All together 300 €500.00 €100.00/ })).toBeVisible();
});

it("where nobody is known on another day it is said", async () => {
  serve(cohorts, { ...shop, visitor_ids: "daily" });
  await openCohorts();
  expect(await screen.findByText("This site knows nobody again on another day")).toBeVisible();
});

it("where nobody came for the first time it says what to do", async () => {
  serve({ ...cohorts, cohorts: [], average: [] });
  await openCohorts();
  expect(await screen.findByText("Nobody came for the first time during these days")).toBeVisible();
});

it("what the appliance refuses stands there with the reason, and a way back", async () => {
  serve(
    refusal(422, "validation_failed", {
      fields: [{ path: "from", code: "bad", message: "That is too long ago." }],
    }),
  );
  await openCohorts("?period=month");
  expect(await screen.findByText(/too long ago/)).toBeVisible();
  expect(screen.getByRole("link", { name: /begin anew/ })).toHaveAttribute("href", address);
});

it("a shade grows with the figure, and nothing has none", () => {
  expect(largestOf("share", cohorts)).toBe(0.25);
  expect(largestOf("revenue", cohorts)).toBe(500);
  expect([undefined, 0, 0.01, 0.5, 1].map((value) => shadeOf(value, 1))).toEqual([0, 0, 1, 3, 5]);
  expect(shadeOf(1, 0)).toBe(0);
});

it("what an address says wrongly counts as not said", () => {
  expect(readCohortsSearch({ period: "year", figure: "luck", compare: "year" })).toEqual({});
  expect(readCohortsSearch({ period: "month" })).toEqual({ period: "month" });
});
