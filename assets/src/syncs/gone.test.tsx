import { screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance, refusal } from "../testing/appliance";
import { openPage } from "../testing/open";
import { airports, noSchedule, run, sync } from "../testing/samples";
import { describeGone } from "./gone";
import { wholeOf } from "./whole";

const pull = {
  ...sync,
  direction: "pull" as const,
  gone: "keep" as const,
  gone_most: 100,
  gone_percent: 20,
  full_every_hours: 0,
};
const stored = {
  "GET /syncs/{id}/schedule": noSchedule,
  "GET /runs": { items: [run] },
  "GET /datasets/{id}": airports,
};

it("what is gone there is deleted here up to the limits that somebody sets", async () => {
  let kept = pull;
  let isRefused = true;
  const fault = { path: "gone_percent", message: "a share is 0 to 100 percent" };
  const appliance = fakeAppliance({
    ...stored,
    "GET /syncs/{id}": () => kept,
    "PATCH /syncs/{id}": () =>
      isRefused ? refusal(422, "validation_failed", { fields: [fault] }) : kept,
  });
  const { user } = await openPage("/syncs/sync-1", "Airports to Sandbox");
  expect(await screen.findByText("It stays here.")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Change what is deleted here" }));
  await user.click(screen.getByRole("checkbox", { name: /what is gone there/ }));
  const most = screen.getByLabelText("Delete at most so many here in one run");
  expect(most).toHaveValue("100");
  await user.clear(most);
  await user.type(most, "many{Enter}");
  expect(await screen.findByText("A whole number of records")).toBeVisible();
  expect(appliance.bodies("PATCH /syncs/{id}")).toEqual([]);
  await user.clear(most);
  await user.type(most, "7{Enter}");
  expect(await screen.findByText("a share is 0 to 100 percent")).toBeVisible();
  isRefused = false;
  kept = { ...pull, gone: "delete", gone_most: 7 } as unknown as typeof pull;
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText(/delete more than 7 records, or 20 % of those/)).toBeVisible();
  expect(appliance.bodies("PATCH /syncs/{id}").at(-1)).toEqual({
    gone: "delete",
    gone_most: 7,
    gone_percent: 20,
  });
});

it("keeping what is gone there leaves the limits as they were", async () => {
  const appliance = fakeAppliance({
    ...stored,
    "GET /syncs/{id}": { ...pull, gone: "delete" },
    "PATCH /syncs/{id}": pull,
  });
  const { user } = await openPage("/syncs/sync-1", "Airports to Sandbox");
  await user.click(await screen.findByRole("button", { name: "Change what is deleted here" }));
  await user.click(screen.getByRole("checkbox", { name: /what is gone there/ }));
  expect(screen.queryByLabelText("Delete at most so many here in one run")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(appliance.bodies("PATCH /syncs/{id}")).toEqual([{ gone: "keep" }]));
});

it("the runs of a pull follow changes for as many hours as somebody says", async () => {
  let kept = pull;
  const appliance = fakeAppliance({
    ...stored,
    "GET /syncs/{id}": () => kept,
    "PATCH /syncs/{id}": () => kept,
  });
  const { user } = await openPage("/syncs/sync-1", "Airports to Sandbox");
  expect(await screen.findByText("Each run reads the whole table.")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Change what runs read" }));
  await user.click(screen.getByRole("checkbox", { name: /what has changed/ }));
  const hours = screen.getByLabelText("Read the whole table once in so many hours");
  expect(hours).toHaveValue("24");
  await user.clear(hours);
  await user.type(hours, "8761{Enter}");
  expect(await screen.findByText("A whole number of hours, 1 to 8760")).toBeVisible();
  kept = { ...pull, full_every_hours: 6 };
  await user.clear(hours);
  await user.type(hours, "6{Enter}");
  expect(await screen.findByText(/the whole table once in 6 hours/)).toBeVisible();
  expect(appliance.bodies("PATCH /syncs/{id}")).toEqual([{ full_every_hours: 6 }]);
  kept = pull;
  await user.click(screen.getByRole("button", { name: "Change what runs read" }));
  await user.click(screen.getByRole("checkbox", { name: /what has changed/ }));
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Each run reads the whole table.")).toBeVisible();
  expect(appliance.bodies("PATCH /syncs/{id}").at(-1)).toEqual({ full_every_hours: 0 });
});

it("a push has neither rule", async () => {
  fakeAppliance({ ...stored, "GET /syncs/{id}": sync });
  await openPage("/syncs/sync-1", "Airports to Sandbox");
  await screen.findByRole("heading", { name: "What goes where" });
  expect(screen.queryByRole("heading", { name: "What is gone there" })).toBeNull();
  expect(screen.queryByRole("heading", { name: "What runs read" })).toBeNull();
});

it("beyond the limits a plan is asked for, of a pull and of a two-way sync", () => {
  const rules = { gone: "delete", gone_most: 1, gone_percent: 5 } as const;
  const told = (direction: "pull" | "two_way") => describeGone({ ...pull, ...rules, direction });
  expect(told("pull")).toMatch(/more than 1 record, or 5 % .* a plan has to be approved then/);
  expect(told("two_way")).toMatch(/is a conflict\. .* a plan has to be approved then/);
});

it("only whole numbers within bounds are numbers", () => {
  expect(["0", " 12 ", "100"].map((text) => wholeOf(text, 100))).toEqual([0, 12, 100]);
  for (const text of ["", "x", "1.5", "-1", "1e2", "101"]) expect(wholeOf(text, 100)).toBeNaN();
});
