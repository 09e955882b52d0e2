import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { SavedQuestion, SavedReport } from "../../api/types";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { openPage } from "../../testing/open";
import { rangeOf } from "../overview/range";
import { wantedOf } from "../reports/search";
import { reportOf, shop, togetherOf } from "../testing";
import { questionOf, questionWords, searchOf } from "./question";

const address = `/sites/${shop.id}/reports`;

const query: SavedQuestion = {
  range: "last_7_days",
  compare: "none",
  dimensions: ["source", "medium"],
  metrics: ["visits", "revenue"],
  filters: [{ dimension: "device", operator: "is", values: ["mobile"] }],
  sort: "-revenue",
};

const sources: SavedReport = {
  id: "report-sources",
  name: "Sources of the week",
  query,
  created_at: shop.created_at,
  updated_at: shop.updated_at,
  version: 3,
};

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true, now: Date.parse("2026-11-22T23:30:00Z") });
});

afterEach(() => {
  vi.useRealTimers();
});

async function openSaved(search = "") {
  const appliance = fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites/{id}/saved-reports": { items: [sources] },
    "POST /sites/{id}/saved-reports": { ...sources, id: "report-new", name: "Pages" },
    "POST /sites/{id}/reports/together": togetherOf(() => reportOf(["/wool"])),
  });
  const page = await openPage(`${address}${search}`, "Shop: Reports");
  await page.user.click(await screen.findByRole("button", { name: "Saved reports" }));
  return { appliance, ...page, dialog: within(await screen.findByRole("dialog")) };
}

it("a saved report is opened at its address", async () => {
  const { user, history, dialog } = await openSaved("?page=2");
  expect(dialog.getByText("Last 7 days by source, medium; Device is Mobile")).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Look at Sources of the week" }));
  await waitFor(() => expect(history.location.search).toContain("range=7d"));
  const { search } = history.location;
  expect(search).toContain("dimensions=source%2Cmedium");
  expect(search).toContain("filters=device%3Ais%3Amobile");
  expect(search).toContain("compare=none");
  expect(search).not.toContain("page");
});

it("the report that stands there is saved with its days", async () => {
  const { appliance, user, dialog } = await openSaved("?from=2026-11-20&to=2026-11-22");
  await user.type(
    dialog.getByLabelText(/^Save this report, always of 20\s–\s22 Nov 2026, as/),
    "Pages",
  );
  await user.click(dialog.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(appliance.bodies("POST /sites/{id}/saved-reports")).toMatchObject([
      {
        name: "Pages",
        query: {
          from: "2026-11-20",
          to: "2026-11-22",
          compare: "previous",
          dimensions: ["landing_page"],
          sort: "-visits",
        },
      },
    ]),
  );
});

it("reports that could not be read are asked for again", async () => {
  const answers = [refusal(500, "internal_error"), { items: [sources] }];
  fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites/{id}/saved-reports": () => (answers.length > 1 ? answers.shift() : answers[0]),
    "POST /sites/{id}/reports/together": togetherOf(() => reportOf(["/wool"])),
  });
  const { user } = await openPage(address, "Shop: Reports");
  await user.click(await screen.findByRole("button", { name: "Saved reports" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(await dialog.findByText("The saved reports of this site could not be read")).toBeVisible();
  expect(dialog.queryByText("None yet.")).toBeNull();
  await user.click(dialog.getByRole("button", { name: "Try again" }));
  expect(await dialog.findByText("Sources of the week")).toBeVisible();
});

it("what is saved and what is opened is the same", () => {
  const days: SavedQuestion = {
    from: "2026-11-01",
    to: "2026-11-02",
    compare: "year",
    dimensions: [],
    metrics: ["visits"],
    segment: "segment-1",
    filters: [],
    sort: "-visits",
  };
  const usual: SavedQuestion = { ...query, range: "last_28_days", compare: "previous" };
  for (const question of [query, days, usual]) {
    const search = searchOf(question);
    const meant = rangeOf(search, "2026-11-22");
    expect(questionOf(search, meant, wantedOf(search))).toEqual(question);
  }
  expect(questionWords(days)).toBe("2 days");
});

it("a span that the appliance has no word for is saved as the days that it means", () => {
  const search = searchOf(query);
  const quarter = { ...search, range: "last-quarter" } as const;
  const saved = questionOf(quarter, rangeOf(quarter, "2026-11-22"), wantedOf(quarter));
  expect(saved).toMatchObject({ from: "2026-07-01", to: "2026-09-30" });
  expect(saved.range).toBeUndefined();
});
