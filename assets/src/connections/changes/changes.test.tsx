import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Subscription } from "../../api/types";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { openPage } from "../../testing/open";
import { sandboxConnection } from "../../testing/samples";

const notion = { ...sandboxConnection, provider: "notion" as const, name: "Our Notion" };
const address = `/connections/${notion.id}`;
const url = "https://box.example/pings/4f1c0000";
const none: Subscription = { state: "none", token_ready: false };
const waiting: Subscription = {
  state: "waiting",
  hint: "4f1c…",
  drawn_at: "2026-11-22T04:16:00.000Z",
  waits_until: "2026-11-22T05:16:00.000Z",
  token_ready: false,
};
const verifying: Subscription = { ...waiting, state: "verifying", token_ready: true };
const active: Subscription = {
  ...verifying,
  state: "active",
  token_ready: false,
  active_since: "2026-11-22T04:20:00.000Z",
  last_event_at: "2026-11-22T04:30:00.000Z",
};
const stored = { "GET /connections/{id}": notion, "GET /connections/{id}/bases": { items: [] } };

it("an address is drawn, the token is shown once, and the page says when it works", async () => {
  let kept = none;
  fakeAppliance({
    ...stored,
    "GET /connections/{id}/subscription": () => kept,
    "POST /connections/{id}/subscription": () => {
      kept = waiting;
      return { address: url, subscription: waiting };
    },
    "POST /connections/{id}/subscription/token": () => {
      kept = { ...verifying, token_ready: false };
      return { verification_token: "secret_abc" };
    },
  });
  const { user } = await openPage(address, notion.name);
  await user.click(await screen.findByRole("button", { name: "Draw an address" }));
  expect(await screen.findByText(url)).toBeVisible();
  expect(screen.getByText(/Notion sends a token/)).toBeVisible();
  kept = verifying;
  const show = await screen.findByRole("button", { name: "Show the token" }, { timeout: 5_000 });
  expect(screen.queryByText(url)).toBeNull();
  await user.click(show);
  expect(await screen.findByText("secret_abc")).toBeVisible();
  await waitFor(() => expect(screen.queryByRole("button", { name: "Show the token" })).toBeNull());
  kept = active;
  expect(await screen.findByText("Last told", {}, { timeout: 5_000 })).toBeVisible();
  expect(screen.queryByText("secret_abc")).toBeNull();
}, 15_000);

it("whoever comes back finds neither address nor token, and how to get them again", async () => {
  fakeAppliance({
    ...stored,
    "GET /connections/{id}/subscription": { ...verifying, token_ready: false },
    "POST /connections/{id}/subscription": refusal(409, "conflict"),
  });
  const { user } = await openPage(address, notion.name);
  expect(await screen.findByText(/It was shown already/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Draw another address" }));
  const dialog = await screen.findByRole("alertdialog");
  expect(within(dialog).getByText(/leads nowhere at once/)).toBeVisible();
  await user.click(within(dialog).getByRole("button", { name: "Draw it" }));
  expect(await within(dialog).findByText("Title of conflict")).toBeVisible();
});

it("an address that nothing came to says so", async () => {
  const expired = { ...waiting, state: "expired" };
  fakeAppliance({ ...stored, "GET /connections/{id}/subscription": expired });
  await openPage(address, notion.name);
  expect(await screen.findByText("Nothing came within an hour")).toBeVisible();
  expect(screen.getByRole("button", { name: "Draw another address" })).toBeVisible();
});

it("what was not signed is told, and listening can be stopped", async () => {
  let kept: Subscription = { ...active, last_refused_at: "2026-11-22T04:40:00.000Z" };
  const appliance = fakeAppliance({
    ...stored,
    "GET /connections/{id}/subscription": () => kept,
    "DELETE /connections/{id}/subscription": () => {
      kept = none;
      return undefined;
    },
  });
  const { user } = await openPage(address, notion.name);
  expect(await screen.findByText("What came was not signed as it should be")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Stop listening" }));
  const dialog = await screen.findByRole("alertdialog");
  await user.click(within(dialog).getByRole("button", { name: "Stop listening" }));
  expect(await screen.findByRole("button", { name: "Draw an address" })).toBeVisible();
  expect(appliance.bodies("DELETE /connections/{id}/subscription")).toHaveLength(1);
});

it("Airtable has nothing to set up by hand", async () => {
  fakeAppliance({ ...stored, "GET /connections/{id}": sandboxConnection });
  await openPage(address, sandboxConnection.name);
  expect(screen.queryByText("Receive changes")).toBeNull();
});
