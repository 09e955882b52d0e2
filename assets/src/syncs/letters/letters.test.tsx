import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { openPage } from "../../testing/open";
import { deadLetter, run, session, sync } from "../../testing/samples";

const stored = {
  "GET /syncs/{id}": sync,
  "GET /runs": { items: [] },
  "GET /syncs/{id}/plans": { items: [] },
};

it("a dead letter says why, how often, and what was sent", async () => {
  fakeAppliance({ ...stored, "GET /syncs/{id}/dead-letters": { items: [deadLetter] } });
  const { user } = await openPage("/syncs/sync-1", sync.name);
  const table = within(await screen.findByRole("region", { name: "Dead letters" }));
  expect(table.getByRole("row", { name: /LAX No such choice\. 3/ })).toBeVisible();
  await user.click(table.getByRole("button", { name: "LAX" }));
  const sheet = within(await screen.findByRole("dialog", { name: "LAX" }));
  expect(sheet.getByText(/3 runs tried it/)).toBeVisible();
  const cells = within(sheet.getByRole("region", { name: "What was sent" })).getAllByRole("row");
  expect(cells.slice(1).map(({ textContent }) => textContent)).toEqual([
    "StateCalifornistate",
    "NoteEmptynote",
  ]);
});

it("letters that a run leaves are there once it is over, without anybody asking", async () => {
  let state = "running";
  fakeAppliance({
    ...stored,
    "GET /runs": () => ({ items: [{ ...run, state }] }),
    "GET /syncs/{id}/dead-letters": () => ({ items: state === "done" ? [deadLetter] : [] }),
  });
  await openPage("/syncs/sync-1", sync.name);
  await screen.findByText("Running");
  expect(screen.queryByText("Dead letters")).toBeNull();
  state = "done";
  expect(await screen.findByText("Dead letters", {}, { timeout: 5_000 })).toBeVisible();
});

it("one is discarded, or all after a question", async () => {
  let items = [deadLetter, { ...deadLetter, key: "SFO/1" }];
  const appliance = fakeAppliance({
    ...stored,
    "GET /syncs/{id}/dead-letters": () => ({ items }),
    "DELETE /syncs/{id}/dead-letters/{key}": () => {
      items = [deadLetter];
    },
    "DELETE /syncs/{id}/dead-letters": () => {
      items = [];
    },
  });
  const { user } = await openPage("/syncs/sync-1", sync.name);
  await user.click(await screen.findByRole("button", { name: "SFO/1" }));
  await user.click(await screen.findByRole("button", { name: "Discard" }));
  expect(await screen.findByText("The dead letter of SFO/1 is discarded.")).toBeVisible();
  expect(appliance.calls("DELETE /syncs/{id}/dead-letters/{key}")[0]?.path).toContain("SFO%2F1");
  await user.click(screen.getByRole("button", { name: "Discard all" }));
  const question = within(await screen.findByRole("alertdialog"));
  await user.click(question.getByRole("button", { name: "Discard all" }));
  await waitFor(() => expect(screen.queryByText("Dead letters")).toBeNull());
});

it("many are read part after part", async () => {
  fakeAppliance({
    ...stored,
    "GET /syncs/{id}/dead-letters": ({ query }: { query: URLSearchParams }) =>
      query.get("after")
        ? { items: [{ ...deadLetter, key: "SFO" }] }
        : { items: [deadLetter], next: "cursor-2" },
  });
  const { user } = await openPage("/syncs/sync-1", sync.name);
  await user.click(await screen.findByRole("button", { name: "Show more" }));
  expect(await screen.findByRole("button", { name: "SFO" })).toBeVisible();
});

it("who may only read cannot discard any", async () => {
  fakeAppliance({
    ...stored,
    "GET /auth/session": { ...session, permissions: ["sync:read"] },
    "GET /syncs/{id}/dead-letters": { items: [deadLetter] },
  });
  const { user } = await openPage("/syncs/sync-1", sync.name);
  await user.click(await screen.findByRole("button", { name: "LAX" }));
  await screen.findByRole("dialog");
  expect(screen.queryByRole("button", { name: /Discard/ })).toBeNull();
});

it("says so where they cannot be read", async () => {
  fakeAppliance({ ...stored, "GET /syncs/{id}/dead-letters": refusal(500, "internal") });
  await openPage("/syncs/sync-1", sync.name);
  expect(await screen.findByText("Title of internal")).toBeVisible();
});

it("a delivery without an answer is sent again, or taken for one that arrived", async () => {
  const delivery = { id: "5f0c", resend: false };
  let items = [{ ...deadLetter, reason: "the provider's answer was lost", delivery }];
  const appliance = fakeAppliance({
    ...stored,
    "GET /syncs/{id}": { ...sync, resend_unknown: "never" },
    "GET /syncs/{id}/dead-letters": () => ({ items }),
    "POST /syncs/{id}/dead-letters/{key}/resend": () => {
      items = items.map((one) => ({ ...one, delivery: { ...delivery, resend: true } }));
      return items[0];
    },
    "DELETE /syncs/{id}/dead-letters/{key}": () => {
      items = [];
    },
  });
  const { user } = await openPage("/syncs/sync-1", sync.name);
  await user.click(await screen.findByRole("button", { name: "LAX" }));
  const sheet = within(await screen.findByRole("dialog", { name: "LAX" }));
  expect(sheet.getByText("5f0c")).toBeVisible();
  await user.click(sheet.getByRole("button", { name: "Send again" }));
  expect(await screen.findByText("The next run sends LAX again.")).toBeVisible();
  await user.click(await screen.findByRole("button", { name: "LAX" }));
  expect(await screen.findByText(/sends it again, under the same id/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "It arrived" }));
  expect(await screen.findByText("LAX is taken for delivered.")).toBeVisible();
  expect(appliance.calls("POST /syncs/{id}/dead-letters/{key}/resend")).toHaveLength(1);
});

it("a sync to a hook says what becomes of deliveries without an answer", async () => {
  let kept = { ...sync, resend_unknown: "never" };
  const appliance = fakeAppliance({
    ...stored,
    "GET /syncs/{id}": () => kept,
    "GET /syncs/{id}/dead-letters": { items: [] },
    "PATCH /syncs/{id}": () => {
      kept = { ...kept, resend_unknown: "always" };
      return kept;
    },
  });
  const { user } = await openPage("/syncs/sync-1", sync.name);
  await user.click(await screen.findByRole("checkbox", { name: /Send again by itself/ }));
  expect(await screen.findByText("What had no answer is sent again.")).toBeVisible();
  expect(appliance.bodies("PATCH /syncs/{id}")).toEqual([{ resend_unknown: "always" }]);
  expect(screen.queryByRole("button", { name: /Read what is there/ })).toBeNull();
});
