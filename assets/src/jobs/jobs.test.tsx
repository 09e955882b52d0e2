import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Job } from "../api/types";
import { fakeAppliance, refusal } from "../testing/appliance";
import { choose, openPage } from "../testing/open";
import { readJobSearch } from "./search";
import { hasEnded, jobStatus, placeOf, progressOf } from "./state";

const base = {
  queued_at: "2026-11-22T04:15:00.000Z",
  records: 0,
  about: "Airports",
  links: { self: "/api/v1/jobs" },
} as const;

const exporting: Job = {
  ...base,
  id: "export-1",
  kind: "export",
  state: "running",
  dataset_id: "dataset-1",
  file_name: "Airports.csv",
  records: 400,
  total: 1_000,
  links: {
    self: "/api/v1/datasets/dataset-1/exports/export-1",
    cancel: "/api/v1/datasets/dataset-1/exports/export-1/cancel",
  },
};
const made: Job = {
  ...exporting,
  state: "done",
  records: 1_000,
  links: { self: exporting.links.self, content: `${exporting.links.self}/content` },
};
const planned: Job = { ...base, id: "run-1", kind: "plan", state: "done", plan_id: "plan-1" };

it("a file that is being made shows how far it is, then where it is", async () => {
  let now: Job = exporting;
  fakeAppliance({ "GET /jobs": () => ({ items: [now] }) });
  await openPage("/jobs", "Jobs");
  expect(await screen.findByText("400 of 1,000")).toBeVisible();
  expect(screen.getByRole("progressbar", { name: "Progress of Airports" })).toBeVisible();
  expect(screen.getByText("Export of Airports.csv")).toBeVisible();
  now = made;
  const link = await screen.findByRole("link", { name: "Download" }, { timeout: 5_000 });
  expect(link).toHaveAttribute("href", made.links.content);
  expect(link).toHaveAttribute("download", "Airports.csv");
  expect(screen.queryByRole("button", { name: "Cancel" })).toBeNull();
});

it("a job is called off where that is still possible", async () => {
  let now: Job = exporting;
  const appliance = fakeAppliance({
    "GET /jobs": () => ({ items: [now] }),
    "POST /datasets/{id}/exports/{export}/cancel": () => {
      now = { ...exporting, state: "cancelled", links: { self: exporting.links.self } };
      return {};
    },
  });
  const { user } = await openPage("/jobs", "Jobs");
  await user.click(await screen.findByRole("button", { name: "Cancel" }));
  expect(await screen.findByText("It is called off.")).toBeVisible();
  const table = within(screen.getByRole("table"));
  expect(await table.findByText("Cancelled")).toBeVisible();
  expect(appliance.calls("POST /datasets/{id}/exports/{export}/cancel")).toHaveLength(1);
});

it("why a job cannot be called off is said", async () => {
  fakeAppliance({
    "GET /jobs": { items: [exporting] },
    "POST /datasets/{id}/exports/{export}/cancel": refusal(409, "conflict"),
  });
  const { user } = await openPage("/jobs", "Jobs");
  await user.click(await screen.findByRole("button", { name: "Cancel" }));
  expect(await screen.findByText("Title of conflict")).toBeVisible();
});

it("what is shown stands in the address", async () => {
  const appliance = fakeAppliance({ "GET /jobs": { items: [made] } });
  const { user, history } = await openPage("/jobs?kind=export", "Jobs");
  await choose(user, /State/, "Done");
  await waitFor(() => expect(history.location.search).toBe("?kind=export&state=done"));
  await waitFor(() => {
    const query = appliance.calls("GET /jobs").at(-1)?.query;
    expect([query?.get("kind"), query?.get("state")]).toEqual(["export", "done"]);
  });
  expect(readJobSearch({ kind: "backup", state: "queued" })).toEqual({ state: "queued" });
});

it("each kind leads to where more is told of it", async () => {
  fakeAppliance({ "GET /jobs": { items: [planned, made] } });
  await openPage("/jobs", "Jobs");
  const table = within(await screen.findByRole("table"));
  const links = table.getAllByRole("link", { name: "Airports" });
  expect(links.map((link) => link.getAttribute("href"))).toEqual([
    "/plans/plan-1",
    "/datasets/dataset-1",
  ]);
  expect(placeOf({ ...planned, kind: "run" })).toBe("/runs/run-1");
  expect(placeOf({ ...made, kind: "import" })).toBe("/datasets/dataset-1/imports?report=export-1");
  expect(placeOf({ ...made, about: undefined })).toBeUndefined();
});

it("a failure says why", async () => {
  const failed: Job = {
    ...exporting,
    state: "failed",
    failure: { code: "storage_full", message: "There is not enough room." },
    links: { self: exporting.links.self },
  };
  fakeAppliance({ "GET /jobs": { items: [failed] } });
  await openPage("/jobs", "Jobs");
  expect(await screen.findByText("There is not enough room.")).toBeVisible();
});

it("an empty list teaches", async () => {
  fakeAppliance({ "GET /jobs": { items: [] } });
  await openPage("/jobs", "Jobs");
  expect(await screen.findByText("Nothing was asked for yet")).toBeVisible();
});

it("done with refusals is not good, and figures say how far it is", () => {
  expect(jobStatus({ state: "done", refused: 2 })).toMatchObject({ tone: "warn" });
  expect(jobStatus({ state: "done" })).toMatchObject({ tone: "good" });
  expect(hasEnded({ state: "queued" })).toBe(false);
  expect(hasEnded({ state: "cancelled" })).toBe(true);
  expect(progressOf({ records: 3, total: undefined })).toBe("3");
});
