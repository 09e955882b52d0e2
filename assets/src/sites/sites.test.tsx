import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance, refusal } from "../testing/appliance";
import { choose, openPage, seePage } from "../testing/open";
import { session } from "../testing/samples";
import { publicKey, shop } from "./testing";

const { last_event_at: _, ...quiet } = shop;

it("without sites the list says what one is and how to begin", async () => {
  fakeAppliance({ "GET /sites": { items: [] } });
  const { user } = await openPage("/sites", "Sites");
  expect(await screen.findByText(/one website or shop whose visits are counted/)).toBeVisible();
  await user.click(screen.getByRole("link", { name: "New site" }));
  await seePage("New site");
});

it("a site that nothing came in from leads to its set-up", async () => {
  fakeAppliance({ "GET /sites": { items: [shop, { ...quiet, id: "site-2", name: "Blog" }] } });
  await openPage("/sites", "Sites");
  const row = within(await screen.findByRole("row", { name: /^Blog/ }));
  expect(row.getByRole("link", { name: /set it up/ })).toHaveAttribute(
    "href",
    "/sites/site-2/setup",
  );
  expect(screen.getByRole("link", { name: "Shop" })).toHaveAttribute("href", "/sites/site-shop");
});

it("a site is made with the key that its pages send with, and its set-up opens", async () => {
  const appliance = fakeAppliance({
    "POST /sites": quiet,
    "GET /sites/{id}": quiet,
    "GET /sites/{id}/keys": { items: [publicKey] },
    "POST /sites/{id}/keys": publicKey,
  });
  const { user } = await openPage("/sites/new", "New site");
  await user.type(screen.getByLabelText("Domain"), "https://shop.example/");
  expect(screen.getByLabelText("Name")).toHaveValue("shop.example");
  await user.clear(screen.getByLabelText("Name"));
  await user.type(screen.getByLabelText("Name"), "Shop");
  const currency = screen.getByRole("combobox", { name: "Currency" });
  await user.clear(currency);
  await user.type(currency, "swiss fr");
  await user.click(await screen.findByRole("option", { name: /CHF/ }));
  const zone = screen.getByRole("combobox", { name: "Time zone" });
  await user.clear(zone);
  await user.type(zone, "berl");
  await user.click(await screen.findByRole("option", { name: "Europe/Berlin" }));
  await choose(user, /Weeks begin on/, "Sunday");
  await user.click(screen.getByRole("radio", { name: /Again on other days/ }));
  await user.click(screen.getByRole("button", { name: "Create the site" }));
  await seePage("Shop: Set up");
  expect(appliance.bodies("POST /sites")).toEqual([
    {
      domain: "shop.example",
      name: "Shop",
      currency: "CHF",
      time_zone: "Europe/Berlin",
      week_start: "sunday",
      visitor_ids: "lasting",
    },
  ]);
  expect(appliance.bodies("POST /sites/{id}/keys")).toEqual([
    { name: "Website", kind: "public", origins: publicKey.origins },
  ]);
});

it("what is wrong with a new site stands at its field", async () => {
  fakeAppliance({
    "POST /sites": refusal(422, "validation_failed", {
      fields: [{ path: "domain", code: "bad", message: "It is no domain." }],
    }),
  });
  const { user } = await openPage("/sites/new", "New site");
  await user.type(screen.getByLabelText("Domain"), "a b");
  await user.click(screen.getByRole("button", { name: "Create the site" }));
  expect(await screen.findByText("It is no domain.")).toBeVisible();
});

it("a change is saved part by part, and what was counted by stays", async () => {
  const appliance = fakeAppliance({
    "GET /sites/{id}": shop,
    "PATCH /sites/{id}": { ...shop, name: "Store" },
  });
  const { user } = await openPage(`/sites/${shop.id}/settings`, "Shop: Settings");
  expect(await screen.findByText("EUR, Europe/Berlin")).toBeVisible();
  expect(screen.queryByRole("combobox")).toBeNull();
  expect(screen.getByRole("button", { name: "Save" })).toBeDisabled();
  await user.clear(screen.getByLabelText("Name"));
  await user.type(screen.getByLabelText("Name"), "Store");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("The settings are saved.")).toBeVisible();
  expect(appliance.bodies("PATCH /sites/{id}")).toEqual([{ name: "Store" }]);
  expect(appliance.calls("PATCH /sites/{id}")[0]?.headers.get("if-match")).toBe('"3"');
});

it("before the first event currency and zone can be changed", async () => {
  fakeAppliance({ "GET /sites/{id}": quiet });
  await openPage(`/sites/${shop.id}/settings`, "Shop: Settings");
  expect(await screen.findByRole("combobox", { name: "Currency" })).toHaveValue("EUR");
});

it("a site that somebody else changed meanwhile is not overwritten unseen", async () => {
  fakeAppliance({
    "GET /sites/{id}": shop,
    "PATCH /sites/{id}": refusal(412, "precondition_failed"),
  });
  const { user } = await openPage(`/sites/${shop.id}/settings`, "Shop: Settings");
  await user.type(await screen.findByLabelText("Name"), "s");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Changed meanwhile")).toBeVisible();
  const differences = within(screen.getByRole("region", { name: "What differs" }));
  expect(differences.getByText("Shops")).toBeVisible();
});

it("forms of one page are saved one after the other, whichever was begun first", async () => {
  const appliance = serveVersions();
  const { user } = await openPage(`/sites/${shop.id}/settings`, "Shop: Settings");
  await choose(user, /Events$/, "13 months");
  await user.type(await screen.findByLabelText("Name"), "s");
  await user.click(screen.getByRole("button", { name: "Add a rule" }));
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("The settings are saved.")).toBeVisible();
  expect(screen.getByRole("heading", { level: 1 })).toHaveFocus();
  await user.click(screen.getByRole("button", { name: "Remove rule 1" }));
  await user.click(screen.getByRole("button", { name: "Save how long" }));
  await user.click(await screen.findByRole("button", { name: "Keep less" }));
  expect(await screen.findByText("It is saved how long things are kept.")).toBeVisible();
  expect(screen.queryByText("Changed meanwhile")).toBeNull();
  await waitFor(() =>
    expect(screen.getByRole("heading", { name: "How long it is kept" })).toHaveFocus(),
  );
  const tags = appliance.calls("PATCH /sites/{id}").map(({ headers }) => headers.get("if-match"));
  expect(tags).toEqual(['"3"', '"4"']);
});

it("what somebody else saved between two forms of the page is not overwritten unseen", async () => {
  const appliance = serveVersions();
  const { user } = await openPage(`/sites/${shop.id}/settings`, "Shop: Settings");
  await choose(user, /Events$/, "13 months");
  await user.type(await screen.findByLabelText("Name"), "s");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("The settings are saved.")).toBeVisible();
  appliance.changeElsewhere({ retention: { events_days: 60, sums_days: 60 } });
  await user.click(screen.getByRole("button", { name: "Save how long" }));
  await user.click(await screen.findByRole("button", { name: "Keep less" }));
  expect(await screen.findByText("Changed meanwhile")).toBeVisible();
});

/** A site that is changed only by who names its version. */
function serveVersions() {
  let site = shop;
  const change = (part: object) => {
    site = { ...site, ...part, version: site.version + 1 };
    return site;
  };
  const appliance = fakeAppliance({
    "GET /sites/{id}": () => site,
    "PATCH /sites/{id}": ({ headers, body }: { headers: Headers; body: object }) =>
      headers.get("if-match") === `"${site.version}"`
        ? change(body)
        : refusal(412, "precondition_failed"),
  });
  return { ...appliance, changeElsewhere: change };
}

it("a site is deleted after a question, and the list is shown", async () => {
  const appliance = fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites": { items: [] },
    "DELETE /sites/{id}": undefined,
  });
  const { user } = await openPage(`/sites/${shop.id}/settings`, "Shop: Settings");
  await user.click(await screen.findByRole("button", { name: "Delete site" }));
  const question = within(await screen.findByRole("alertdialog"));
  expect(question.getByText(/everything that was counted/)).toBeVisible();
  await user.click(question.getByRole("button", { name: "Delete site" }));
  await seePage("Sites");
  expect(appliance.calls("DELETE /sites/{id}")[0]?.headers.get("if-match")).toBe('"3"');
});

it("whoever may only read is not offered to change", async () => {
  const permissions = ["site:read", "analytics:read"];
  fakeAppliance({
    "GET /auth/session": { ...session, permissions },
    "GET /sites/{id}": quiet,
    "GET /sites/{id}/keys": { items: [publicKey] },
  });
  await openPage(`/sites/${shop.id}/setup`, "Shop: Set up");
  expect(await screen.findByText("wbp_…2c3d")).toBeVisible();
  expect(screen.queryByRole("link", { name: "Settings" })).toBeNull();
  expect(screen.queryByRole("button", { name: /New key|^End/ })).toBeNull();
});
