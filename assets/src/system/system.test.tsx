import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import type { RateLimit } from "../api/types";
import { fakeAppliance } from "../testing/appliance";
import { openPage } from "../testing/open";
import { system } from "../testing/samples";

const calls: RateLimit = {
  name: "api_calls",
  about: "calls that have no limit of their own",
  scope: "user",
  burst: 600,
  per_seconds: 60,
  remaining: 590,
  whole_in_seconds: 1,
};
const exports: RateLimit = {
  ...calls,
  name: "exports",
  about: "exports",
  remaining: 0,
  whole_in_seconds: 90,
};
const open: RateLimit = {
  ...calls,
  name: "open_calls",
  about: "calls without a session",
  scope: "address",
  remaining: undefined,
  whole_in_seconds: undefined,
};
const whole: RateLimit = { ...calls, name: "imports", about: "imports", whole_in_seconds: 0 };

const limits = { items: [calls, exports, open, whole] };
const health = { "GET /healthz/ready": () => new Response("ok\n") };

it("says what runs, and whether the clocks agree", async () => {
  const now = new Date(Date.now() - 120_000).toISOString();
  fakeAppliance({
    ...health,
    "GET /system": { ...system, now },
    "GET /system/rate-limits": limits,
  });
  await openPage("/system", "System");
  expect(await screen.findByText("0.1.0")).toBeVisible();
  expect(screen.getByText(/^2 min( \d+ s)? ahead$/)).toBeVisible();
  expect(await screen.findByText("Reads and writes")).toBeVisible();
});

it("says of each limit what is allowed, what is left, and when it is whole again", async () => {
  fakeAppliance({ ...health, "GET /system": system, "GET /system/rate-limits": limits });
  await openPage("/system", "System");
  await screen.findByText("Exports");
  const rows = screen.getAllByRole("row").map(({ textContent }) => textContent);
  expect(rows.slice(1)).toEqual([
    "Calls that have no limit of their ownUser600 in 1 min590in 1 s",
    "ExportsUser600 in 1 minNonein 1 min 30 s",
    "Calls without a sessionAddress600 in 1 minNot counted",
    "ImportsUser600 in 1 min590Now",
  ]);
});

it.each([
  ["degraded: audit_unavailable\n", "Reads only: the book cannot be written"],
  ["degraded: some_trouble\n", "some trouble"],
  ["<h1>Bad gateway</h1>", "answer 503"],
])("an appliance that answers %j: %s", async (text, words) => {
  fakeAppliance({
    "GET /healthz/ready": () => new Response(text, { status: 503 }),
    "GET /system": system,
    "GET /system/rate-limits": limits,
  });
  await openPage("/system", "System");
  expect(await screen.findByText(words)).toBeVisible();
});

it("finds nothing to say about clocks that agree", async () => {
  const now = new Date().toISOString();
  fakeAppliance({
    ...health,
    "GET /system": { ...system, now, sandbox: undefined },
    "GET /system/rate-limits": limits,
  });
  await openPage("/system", "System");
  expect(await screen.findByText("The same")).toBeVisible();
  expect(screen.getByText("None", { selector: "dd" })).toBeVisible();
});
