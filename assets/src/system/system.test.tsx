import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance } from "../testing/appliance";
import { openPage } from "../testing/open";
import { system } from "../testing/samples";

const limits = { items: [{ name: "api_calls", burst: 600, per_seconds: 60 }] };

it("says what runs, whether the clocks agree, and what the limits are", async () => {
  const now = new Date(Date.now() - 120_000).toISOString();
  fakeAppliance({ "GET /system": { ...system, now }, "GET /system/rate-limits": limits });
  await openPage("/system", "System");
  expect(await screen.findByText("0.1.0")).toBeVisible();
  expect(screen.getByText("2 min ahead")).toBeVisible();
  expect(await screen.findByRole("row", { name: "api calls 600 1 min" })).toBeVisible();
});

it("finds nothing to say about clocks that agree", async () => {
  const now = new Date().toISOString();
  fakeAppliance({
    "GET /system": { ...system, now, sandbox: undefined },
    "GET /system/rate-limits": limits,
  });
  await openPage("/system", "System");
  expect(await screen.findByText("The same")).toBeVisible();
  expect(screen.getByText("None")).toBeVisible();
});
