import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { FunnelQuery, ReportsQuery, Segment } from "../../api/types";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { openPage } from "../../testing/open";
import {
  attribution,
  cohorts,
  funnel,
  journeys,
  overview,
  reportOf,
  shop,
  togetherOf,
} from "../testing";

const span = "from=2026-11-20&to=2026-11-22";

const searched: Segment = {
  id: "segment-searched",
  name: "Searched",
  filters: [{ dimension: "channel", operator: "is", values: ["organic_search"] }],
  created_at: shop.created_at,
  updated_at: shop.updated_at,
  version: 7,
};

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true, now: Date.parse("2026-11-22T23:30:00Z") });
});

afterEach(() => {
  vi.useRealTimers();
});

function serve() {
  return fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites/{id}/overview": overview,
    "GET /sites/{id}/segments": { items: [searched] },
    "POST /sites/{id}/segments": { ...searched, id: "segment-phones", name: "Phones" },
    "PATCH /sites/{id}/segments/{segment}": { ...searched, name: "From a search", version: 8 },
    "DELETE /sites/{id}/segments/{segment}": undefined,
    "POST /sites/{id}/reports": reportOf(["2026-11-20"]),
    "POST /sites/{id}/reports/together": togetherOf(() => reportOf(["2026-11-20"])),
    "POST /sites/{id}/funnels": funnel,
  });
}

async function openSegments(search = "") {
  const appliance = serve();
  const page = await openPage(`/sites/${shop.id}?${span}${search}`, "Shop");
  await page.user.click(await screen.findByRole("button", { name: "Segments" }));
  return { appliance, ...page, dialog: within(await screen.findByRole("dialog")) };
}

it("a segment that is chosen stands in the address and narrows the page", async () => {
  const { appliance, user, history, dialog } = await openSegments();
  expect(dialog.getByText("Channel is Organic search")).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Look at Searched" }));
  await waitFor(() => expect(history.location.search).toContain("segment=segment-searched"));
  expect(await screen.findByText("Segment: Searched")).toBeVisible();
  await waitFor(() =>
    expect(appliance.bodies("POST /sites/{id}/reports/together")).toHaveLength(1),
  );
  const [asked] = appliance.bodies("POST /sites/{id}/reports/together") as ReportsQuery[];
  for (const { query } of asked?.reports ?? []) {
    expect(query).toMatchObject({ filters: [], segment: searched.id });
  }
  const href = screen.getByRole("link", { name: "Reports" }).getAttribute("href");
  expect(href).toContain("segment=segment-searched");
  await user.click(screen.getByRole("button", { name: "Leave the segment Searched" }));
  await waitFor(() => expect(history.location.search).not.toContain("segment"));
});

it.each([
  ["attribution", "Attribution", attribution],
  ["journeys", "Journeys", journeys],
  ["cohorts", "Cohorts", cohorts],
] as const)("a segment narrows %s, too", async (place, tab, answer) => {
  const call = `POST /sites/{id}/${place}` as const;
  const appliance = fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites/{id}/segments": { items: [searched] },
    [call]: answer,
  });
  const at = `/sites/${shop.id}/${place}?segment=${searched.id}`;
  const { history, user } = await openPage(at, `Shop: ${tab}`);
  expect(await screen.findByText("Segment: Searched")).toBeVisible();
  expect(appliance.bodies(call)[0]).toMatchObject({ filters: [], segment: searched.id });
  await user.click(screen.getByRole("button", { name: "Leave the segment Searched" }));
  await waitFor(() => expect(history.location.search).not.toContain("segment"));
});

it("the filters that stand there are kept as a segment, which then stands in their place", async () => {
  const { appliance, user, history, dialog } = await openSegments("&filters=device:is:mobile");
  await user.type(dialog.getByLabelText("Keep these filters as"), "Phones");
  await user.click(dialog.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(history.location.search).toContain("segment=segment-phones"));
  expect(history.location.search).not.toContain("filters");
  expect(appliance.bodies("POST /sites/{id}/segments")).toEqual([
    { name: "Phones", filters: [{ dimension: "device", operator: "is", values: ["mobile"] }] },
  ]);
});

it("a segment is called otherwise as it was seen, and deleted after a question", async () => {
  const { appliance, user, history, dialog } = await openSegments("&segment=segment-searched");
  await user.click(dialog.getByRole("button", { name: "Change Searched" }));
  const name = dialog.getByLabelText("Another name for Searched");
  await user.clear(name);
  await user.type(name, "From a search");
  await user.click(dialog.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(appliance.bodies("PATCH /sites/{id}/segments/{segment}")).toEqual([
      { name: "From a search" },
    ]),
  );
  const [change] = appliance.calls("PATCH /sites/{id}/segments/{segment}");
  expect(change?.headers.get("if-match")).toBe('"7"');
  await user.click(dialog.getByRole("button", { name: "Delete Searched" }));
  await user.click(await screen.findByRole("button", { name: "Delete the segment" }));
  await waitFor(() =>
    expect(appliance.calls("DELETE /sites/{id}/segments/{segment}")).toHaveLength(1),
  );
  await waitFor(() => expect(history.location.search).not.toContain("segment"));
});

it("a report tells of the visits of a segment", async () => {
  const appliance = serve();
  await openPage(`/sites/${shop.id}/reports?${span}&segment=${searched.id}`, "Shop: Reports");
  expect(await screen.findByText("Segment: Searched")).toBeVisible();
  const [asked] = appliance.bodies("POST /sites/{id}/reports/together") as ReportsQuery[];
  expect(asked?.reports[0]?.query.segment).toBe(searched.id);
});

it("a funnel follows the visits of a segment", async () => {
  const appliance = serve();
  await openPage(`/sites/${shop.id}/funnel?${span}&segment=${searched.id}`, "Shop: Funnel");
  expect(await screen.findByText("Segment: Searched")).toBeVisible();
  const [asked] = appliance.bodies("POST /sites/{id}/funnels") as FunnelQuery[];
  expect(asked?.segment).toBe(searched.id);
});

it("segments that could not be read are no segments that are not there", async () => {
  const answers = [refusal(500, "internal_error"), { items: [searched] }];
  fakeAppliance({
    "GET /sites/{id}": { ...shop, access: "view", shared_by: "ada@example.org" },
    "GET /sites/{id}/overview": overview,
    "GET /sites/{id}/segments": () => (answers.length > 1 ? answers.shift() : answers[0]),
    "POST /sites/{id}/reports/together": togetherOf(() => reportOf(["2026-11-20"])),
  });
  const { user } = await openPage(`/sites/${shop.id}?${span}&segment=${searched.id}`, "Shop");
  expect(await screen.findByText("Segment: its name could not be read")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Segments" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByRole("alert")).toHaveTextContent(
    /^The segments of this site could not be read\s*Title of internal_error/,
  );
  await user.click(dialog.getByRole("button", { name: "Try again" }));
  expect(await dialog.findByRole("button", { name: "Look at Searched" })).toBeVisible();
  expect(screen.getByText("Segment: Searched")).toBeInTheDocument();
});
