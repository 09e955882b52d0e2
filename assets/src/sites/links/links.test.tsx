import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { SiteLink } from "../../api/types";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { choose, openPage } from "../../testing/open";
import { shop } from "../testing";

const link: SiteLink = {
  id: "link-board",
  name: "For the board",
  ends_with: "2c3d",
  range: "last_28_days",
  compare: "previous",
  sections: ["trend", "channels"],
  costs: true,
  has_password: true,
  created_at: shop.created_at,
  last_used_at: shop.created_at,
  uses: 12,
};

const url = `https://weighbridge.example/shared#wbl_${"0a".repeat(32)}`;
const page = `/sites/${shop.id}/sharing`;
const heading = "Shop: Sharing";

function serve(more: object = {}) {
  return fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites/{id}/shares": { items: [] },
    "GET /sites/{id}/links": { items: [link] },
    "POST /sites/{id}/links": { link, url },
    "DELETE /sites/{id}/links/{link}": undefined,
    ...more,
  });
}

it("a link says what it shows, how long, and how often it was opened", async () => {
  serve();
  await openPage(page, heading);
  const item = within(
    (await screen.findByRole("heading", { name: "For the board" })).closest("li") as HTMLElement,
  );
  expect(
    item.getByText(
      "Last 28 days, beside as many days before: totals, trend, channels, what advertising cost",
    ),
  ).toBeVisible();
  expect(item.getByText(/opened with a password, until it is deleted/)).toHaveTextContent(
    "Opened 12 times",
  );
});

it("a link is made with what is chosen, and its address is seen once", async () => {
  const appliance = serve();
  const { user } = await openPage(page, heading);
  const form = within((await screen.findByLabelText("Name")).closest("form") as HTMLElement);
  await user.type(form.getByLabelText("Name"), "For the board");
  await choose(user, /Days$/, "Last 7 days");
  await user.click(form.getByRole("checkbox", { name: "Devices" }));
  await user.click(form.getByRole("checkbox", { name: "What advertising cost" }));
  await user.type(form.getByLabelText("Password"), "tram lamp river");
  await user.click(form.getByRole("button", { name: "Make the link" }));
  const dialog = within(await screen.findByRole("dialog", { name: "The link For the board" }));
  expect(dialog.getByText(url)).toBeVisible();
  expect(appliance.bodies("POST /sites/{id}/links")).toEqual([
    {
      name: "For the board",
      range: "last_7_days",
      compare: "none",
      sections: ["trend", "channels", "landing_pages"],
      costs: true,
      password: "tram lamp river",
    },
  ]);
  await user.click(dialog.getByRole("button", { name: "I have kept it" }));
  await waitFor(() => expect(screen.queryByText(url)).toBeNull());
});

it("what is wrong with a link stands at its field", async () => {
  const fields = [{ path: "password", message: "the password of a link has 12 to 200 characters" }];
  serve({ "POST /sites/{id}/links": refusal(422, "validation_failed", { fields }) });
  const { user } = await openPage(page, heading);
  const form = within((await screen.findByLabelText("Name")).closest("form") as HTMLElement);
  await user.type(form.getByLabelText("Name"), "For the board");
  await user.type(form.getByLabelText("Password"), "short");
  await user.click(form.getByRole("button", { name: "Make the link" }));
  expect(await screen.findByText(/has 12 to 200 characters/)).toBeVisible();
});

it("a link is deleted after a question", async () => {
  const appliance = serve();
  const { user } = await openPage(page, heading);
  await user.click(await screen.findByRole("button", { name: "Delete the link For the board" }));
  await user.click(await screen.findByRole("button", { name: "Delete the link" }));
  await waitFor(() => expect(appliance.calls("DELETE /sites/{id}/links/{link}")).toHaveLength(1));
});

it("whoever may only look sees no links", async () => {
  const appliance = serve({
    "GET /sites/{id}": { ...shop, access: "view", shared_by: "ada@example.org" },
  });
  await openPage(page, heading);
  await screen.findByText(/You may see how it fares/);
  expect(screen.queryByText("Links without an account")).toBeNull();
  expect(appliance.calls("GET /sites/{id}/links")).toHaveLength(0);
});
