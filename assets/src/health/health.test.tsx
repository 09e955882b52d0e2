import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { ConnectionHealth, SyncHealth } from "../api/types";
import { fakeAppliance } from "../testing/appliance";
import { openPage } from "../testing/open";
import { endOf, failuresOf, paceOf, verdictStatus, worstFirst } from "./state";

const time = "2026-11-22T04:15:00.000Z";
const quota = { calls_per_second: 4.95, usual_calls_per_second: 4.95, limits: [] };

const sync: SyncHealth = {
  id: "sync-1",
  name: "Nightly",
  base: "Sandbox",
  verdict: "healthy",
  last_success_at: time,
  runs: 20,
  failed_runs: 0,
  unsettled: 0,
  quota,
};

const healthy: ConnectionHealth = {
  id: "connection-1",
  name: "Team base",
  provider: "airtable",
  endpoint: "vendor",
  status: "active",
  missing_scopes: [],
  verdict: "healthy",
  last_accepted_at: time,
  quota,
  syncs: [sync],
};

const failing: ConnectionHealth = {
  ...healthy,
  id: "connection-2",
  name: "Old base",
  status: "reconnect",
  verdict: "failing",
  advice: { action: "replace_token", text: "Give it another token." },
  last_problem: "401",
  syncs: [
    {
      ...sync,
      id: "sync-2",
      name: "Hourly",
      verdict: "attention",
      failed_runs: 3,
      quota: { ...quota, limits: [{ limit: "calls", told: "no", tried_again_at: time }] },
      advice: { action: "look_at_run", text: "The month is used up.", run_id: "run-1" },
    },
  ],
};

it("what fails stands first, with what to do", async () => {
  fakeAppliance({ "GET /health": { items: [healthy, failing] } });
  await openPage("/health", "Health");
  expect(await screen.findByText("1 of 2 connections with something to do.")).toBeVisible();
  const names = screen.getAllByRole("heading", { level: 2 }).map((head) => head.textContent);
  expect(names).toEqual(["Old base", "Team base"]);
  expect(screen.getByText("Give it another token.")).toBeVisible();
  const table = within(screen.getByRole("region", { name: "Syncs of Old base" }));
  expect(table.getByText("3 of the last 20")).toBeVisible();
  expect(table.getByText(/No calls left, tried again/)).toBeVisible();
  expect(table.getByRole("link", { name: "Open the run" })).toHaveAttribute("href", "/runs/run-1");
});

it("where all is well it says so", async () => {
  const held = { ...healthy, quota: { ...quota, held_until: time } };
  fakeAppliance({ "GET /health": { items: [held] } });
  await openPage("/health", "Health");
  expect(await screen.findByText("All is well: 1 connection.")).toBeVisible();
  expect(screen.getByText(/Left alone, goes on/)).toBeVisible();
});

it("the end of what was allowed stands there with its date, long before there is something to do", async () => {
  const oauth = { scopes: [], expires_at: time, renewable_until: "2126-01-26T04:15:00.000Z" };
  const lasting = { ...healthy, oauth };
  const short = { ...healthy, id: "connection-3", oauth: { scopes: [], expires_at: time } };
  fakeAppliance({ "GET /health": { items: [lasting, short] } });
  await openPage("/health", "Health");
  expect(await screen.findByText(/^26 Jan 2126, /)).toBeVisible();
  expect(screen.getByText(/unless it is used before/)).toBeVisible();
  expect(screen.getByText("Token ends").parentElement).toHaveTextContent(/22 Nov 2026, /);
});

it("without connections it teaches", async () => {
  fakeAppliance({ "GET /health": { items: [] } });
  await openPage("/health", "Health");
  expect(await screen.findByText("Nothing to look after yet")).toBeVisible();
});

it("a long list goes on when asked", async () => {
  fakeAppliance({
    "GET /health": ({ query }: { query: URLSearchParams }) =>
      query.get("after") ? { items: [failing] } : { items: [healthy], next: "more" },
  });
  const { user } = await openPage("/health", "Health");
  await user.click(await screen.findByRole("button", { name: "Show more connections" }));
  expect(await screen.findByText("Old base")).toBeVisible();
});

it("every verdict has its word", () => {
  const words = (["healthy", "attention", "failing"] as const).map(
    (verdict) => verdictStatus(verdict).label,
  );
  expect(words).toEqual(["Healthy", "Needs attention", "Failing"]);
});

it("a sync that fails takes its connection to the front", () => {
  const ill = { ...healthy, id: "connection-3", syncs: [{ ...sync, verdict: "failing" as const }] };
  expect(worstFirst([healthy, ill]).map(({ id }) => id)).toEqual(["connection-3", "connection-1"]);
});

it("a pace says what it is lowered from", () => {
  expect(paceOf({ limits: [] })).toBe("Not paced");
  expect(paceOf(quota)).toBe("5 calls a second");
  expect(paceOf({ ...quota, calls_per_second: 4 })).toBe("4 of 5 calls a second");
});

it("failures are told by how many runs were looked at", () => {
  expect(failuresOf({ ...sync, runs: 0 })).toBe("No run yet");
  expect(failuresOf({ ...sync, runs: 1 })).toBe("0 of the last 1");
  expect(failuresOf({ ...sync, failed_runs: 2 })).toBe("2 of the last 20");
});

it("an end is told as far as it is known", () => {
  const oauth = { scopes: [] };
  expect(endOf(healthy)).toBeUndefined();
  expect(endOf({ ...healthy, oauth })).toEqual({ label: "Access ends" });
  expect(endOf({ ...healthy, oauth: { ...oauth, expires_at: time } })).toEqual({
    label: "Token ends",
    at: time,
  });
  expect(endOf({ ...healthy, status: "reconnect", oauth })).toBeUndefined();
});
