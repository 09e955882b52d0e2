import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance } from "../../testing/appliance";
import { openPage } from "../../testing/open";
import { airports } from "../../testing/samples";

const hook = {
  id: "hook-1",
  dataset_id: airports.id,
  event: "created",
  host: "hooks.zapier.com",
  state: "active",
  created_at: "2026-11-22T04:16:00.000Z",
  delivered: 7,
  delivered_at: "2026-11-22T04:20:00.000Z",
  waiting: 0,
  dead_letters: 0,
};
const failing = {
  ...hook,
  id: "hook-2",
  name: "Orders Zap",
  event: "deleted",
  state: "failing",
  waiting: 1000,
  failing_since: "2026-11-22T04:20:00.000Z",
  reason: "the hook answered 503 Service Unavailable",
  next_try_at: "2026-11-22T04:30:00.000Z",
};
const stopped = { ...failing, id: "hook-3", name: "Old Zap", event: "changed", state: "stopped" };
const stored = {
  "GET /datasets/{id}": { ...airports, access: "owner" },
  "GET /datasets/{id}/shares": { items: [] },
  "GET /inlets": { items: [] },
};
const open = () => openPage(`/datasets/${airports.id}/sharing`, `${airports.name}: Sharing`);

it("the owner sees who is told, and who fails and why", async () => {
  const elsewhere = { ...hook, id: "hook-4", name: "Elsewhere", dataset_id: "another" };
  fakeAppliance({ ...stored, "GET /hooks": { items: [hook, failing, stopped, elsewhere] } });
  await open();
  const row = async (name: RegExp) => within(await screen.findByRole("row", { name }));
  const fine = await row(/hooks.zapier.com/);
  expect(fine.getByText("New records")).toBeVisible();
  expect(fine.getByText("Active")).toBeVisible();
  const bad = await row(/Orders Zap/);
  expect(bad.getByText(/the hook answered 503/)).toBeVisible();
  expect(bad.getByText("1000 or more")).toBeVisible();
  expect((await row(/Old Zap/)).getByText("Stopped")).toBeVisible();
  expect(screen.queryByText("Elsewhere")).toBeNull();
});

it("a hook is removed after a question", async () => {
  let items: object[] = [hook];
  const appliance = fakeAppliance({
    ...stored,
    "GET /hooks": () => ({ items }),
    "DELETE /hooks/{id}": () => {
      items = [];
    },
  });
  const { user } = await open();
  await user.click(await screen.findByRole("button", { name: "Remove the hook hooks.zapier.com" }));
  const question = within(await screen.findByRole("alertdialog"));
  await user.click(question.getByRole("button", { name: "Remove hook" }));
  expect(await screen.findByText("The hook hooks.zapier.com is removed.")).toBeVisible();
  expect(await screen.findByText("Nobody has asked yet.")).toBeVisible();
  expect(appliance.calls("DELETE /hooks/{id}")[0]?.path).toBe("/hooks/hook-1");
});

it("what a hook refused each time is sent again or discarded", async () => {
  const letter = (key: string) => ({
    key,
    delivery_id: `delivery-${key}`,
    reason: "the hook answered 422 Unprocessable Entity",
    attempts: 20,
    first_at: "2026-11-22T04:20:00.000Z",
    last_at: "2026-11-22T10:20:00.000Z",
  });
  let items = [letter("LHR"), letter("CDG"), letter("ORY")];
  const without = (key: string) => {
    items = items.filter((one) => one.key !== key);
  };
  const appliance = fakeAppliance({
    ...stored,
    "GET /hooks": () => ({ items: [{ ...hook, dead_letters: items.length }] }),
    "GET /hooks/{id}/dead-letters": () => ({ items }),
    "POST /hooks/{id}/dead-letters/{key}/resend": () => {
      without("LHR");
      return letter("LHR");
    },
    "DELETE /hooks/{id}/dead-letters/{key}": () => without("CDG"),
    "DELETE /hooks/{id}/dead-letters": () => {
      items = [];
    },
  });
  const { user } = await open();
  await user.click(
    await screen.findByRole("button", { name: "3 dead letters of hooks.zapier.com" }),
  );
  const sheet = within(await screen.findByRole("dialog"));
  expect(await sheet.findByRole("row", { name: /LHR.*422.*20/ })).toBeVisible();
  await user.click(sheet.getByRole("button", { name: "Send again LHR" }));
  expect(await screen.findByText("It is sent again.")).toBeVisible();
  await user.click(await sheet.findByRole("button", { name: "Discard CDG" }));
  expect(await screen.findByText("The dead letter is discarded.")).toBeVisible();
  expect(sheet.queryByRole("button", { name: "Discard all" })).toBeNull();
  expect(appliance.calls("POST /hooks/{id}/dead-letters/{key}/resend")[0]?.path).toBe(
    "/hooks/hook-1/dead-letters/LHR/resend",
  );
  items = ["ORY", "MAD"].map(letter);
  await user.click(sheet.getByRole("button", { name: "Discard ORY" }));
  await user.click(await sheet.findByRole("button", { name: "Discard all" }));
  const question = within(await screen.findByRole("alertdialog"));
  await user.click(question.getByRole("button", { name: "Discard all" }));
  expect(await screen.findByText("There are none.")).toBeVisible();
  expect(appliance.calls("DELETE /hooks/{id}/dead-letters/{key}")).toHaveLength(2);
});
