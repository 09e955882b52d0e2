import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Site, SiteShare } from "../../api/types";
import { fakeAppliance } from "../../testing/appliance";
import { choose, openPage } from "../../testing/open";
import { session } from "../../testing/samples";
import { publicKey, shop } from "../testing";

const share: SiteShare = {
  user_id: "user-2",
  email: "grace@example.org",
  level: "view",
  created_at: "2026-11-20T08:00:00Z",
  updated_at: "2026-11-20T08:00:00Z",
  version: 4,
};
const lent: Site = { ...shop, access: "view", shared_by: "ada@example.org" };
const mine = { "GET /sites/{id}": shop, "GET /sites/{id}/shares": { items: [share] } };
const page = `/sites/${shop.id}/sharing`;
const heading = "Shop: Sharing";

it("the owner sees who has it and how far, and nothing of syncs", async () => {
  fakeAppliance(mine);
  await openPage(page, heading);
  const table = within(await screen.findByRole("table"));
  expect(table.getByText("grace@example.org")).toBeVisible();
  expect(table.queryByText("Their syncs")).toBeNull();
});

it("it is shared with a colleague by their address, as far as is chosen", async () => {
  const appliance = fakeAppliance({ ...mine, "POST /sites/{id}/shares": share });
  const { user } = await openPage(page, heading);
  await user.type(await screen.findByLabelText("E-mail address"), "grace@example.org");
  await choose(user, /How far$/, /May edit/);
  await user.click(screen.getByRole("button", { name: "Share" }));
  expect(await screen.findByText("Shop is shared with grace@example.org.")).toBeVisible();
  expect(appliance.bodies("POST /sites/{id}/shares")).toEqual([
    { email: "grace@example.org", level: "edit" },
  ]);
});

it("how far somebody may go is changed in its place, and taken back", async () => {
  const appliance = fakeAppliance({
    ...mine,
    "PATCH /sites/{id}/shares/{user}": { ...share, level: "edit", version: 5 },
    "DELETE /sites/{id}/shares/{user}": undefined,
  });
  const { user } = await openPage(page, heading);
  await choose(user, /How far grace@example.org may go/, /May edit/);
  expect(await screen.findByText("The share of grace@example.org is changed.")).toBeVisible();
  expect(appliance.bodies("PATCH /sites/{id}/shares/{user}")).toEqual([{ level: "edit" }]);
  await user.click(screen.getByRole("button", { name: /Withdraw it from grace/ }));
  await user.click(await screen.findByRole("button", { name: "Withdraw" }));
  expect(await screen.findByText("Shop is no longer shared with grace@example.org.")).toBeVisible();
});

it("whoever has it by a share sees what they may, and can give it up", async () => {
  fakeAppliance({
    "GET /sites/{id}": lent,
    "GET /sites": { items: [] },
    "DELETE /sites/{id}/access": undefined,
  });
  const { user } = await openPage(page, heading);
  expect(await screen.findByText("You may see how it fares and how it is set up.")).toBeVisible();
  expect(screen.getByText("Shared by ada@example.org, to view")).toBeVisible();
  expect(screen.queryByRole("link", { name: "Settings" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Give it up" }));
  const question = within(await screen.findByRole("alertdialog"));
  expect(question.queryByText(/Syncs/)).toBeNull();
  await user.click(question.getByRole("button", { name: "Give it up" }));
  expect(await screen.findByText("You have given up Shop.")).toBeVisible();
});

it("whoever may only view a site is offered nothing that would change it", async () => {
  fakeAppliance({
    "GET /sites/{id}": lent,
    "GET /sites/{id}/keys": { items: [publicKey] },
  });
  await openPage(`/sites/${shop.id}/setup`, "Shop: Set up");
  expect(await screen.findByText("Website")).toBeVisible();
  expect(screen.queryByRole("button", { name: /New key|Delete/ })).toBeNull();
  expect(screen.queryByText("Bring what was counted before")).toBeNull();
});

it("an analyst is told whom to ask", async () => {
  fakeAppliance({
    ...mine,
    "GET /auth/session": { ...session, permissions: ["site:read"] },
  });
  await openPage(page, heading);
  expect(await screen.findByText("Your roles do not let you share")).toBeVisible();
});
