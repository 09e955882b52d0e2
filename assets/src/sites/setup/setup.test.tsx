import { screen, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { WriteKey } from "../../api/types";
import { importEvents } from "../../api/upload";
import { fakeAppliance } from "../../testing/appliance";
import { openPage } from "../../testing/open";
import { publicKey, secretKey, shop } from "../testing";
import { purchaseCall, scriptTag, serverCall } from "./snippets";

vi.mock("../../api/upload", async (original) => ({
  ...(await original<typeof import("../../api/upload")>()),
  importEvents: vi.fn(),
}));

const address = `/sites/${shop.id}/setup`;
const { last_event_at: _, ...quiet } = shop;

it("the line for the pages names the key, and lasting ids where the site has them", () => {
  expect(scriptTag("https://w.example", "wbp_1", "daily")).toBe(
    '<script defer src="https://w.example/count.js" data-key="wbp_1"></script>',
  );
  expect(scriptTag("https://w.example", "wbp_1", "lasting")).toContain(' data-ids="lasting"');
});

it("what is to be copied counts in the site’s own currency", () => {
  expect(purchaseCall(shop)).toContain('currency: "EUR"');
  const call = serverCall("https://w.example", shop);
  expect(call).toContain("curl https://w.example/api/v1/events");
  expect(call).toContain('"currency":"EUR"');
});

it("the line is copied with the key that is chosen, and the first event is waited for", async () => {
  const other = { ...publicKey, id: "key-2", name: "Blog", key: "wbp_other", origins: [] };
  fakeAppliance({
    "GET /sites/{id}": quiet,
    "GET /sites/{id}/keys": { items: [publicKey, other, secretKey] },
  });
  const { user } = await openPage(address, "Shop: Set up");
  expect(await screen.findByText("Waiting for the first event")).toBeVisible();
  await user.click(await screen.findByRole("button", { name: "Copy the line" }));
  expect(await navigator.clipboard.readText()).toContain('data-key="wbp_0a1b2c3d"');
  await user.click(screen.getByRole("button", { name: /With the key/ }));
  await user.click(await screen.findByRole("option", { name: "With the key Blog" }));
  await user.click(screen.getByRole("button", { name: "Copy the line" }));
  expect(await navigator.clipboard.readText()).toContain('data-key="wbp_other"');
  await user.click(screen.getByRole("button", { name: "Copy the call" }));
  expect(await navigator.clipboard.readText()).toContain("window.weighbridge");
  await user.click(screen.getByText("From a server instead"));
  await user.click(screen.getByRole("button", { name: "Copy the command" }));
  expect(await navigator.clipboard.readText()).toMatch(/^curl /);
});

it("once events come in it leads to them", async () => {
  fakeAppliance({
    "GET /sites/{id}": { ...shop, visitor_ids: "lasting" },
    "GET /sites/{id}/keys": { items: [publicKey] },
  });
  await openPage(address, "Shop: Set up");
  expect(await screen.findByText("Events come in")).toBeVisible();
  expect(screen.getByRole("link", { name: "See them" })).toHaveAttribute(
    "href",
    "/sites/site-shop",
  );
  expect(screen.getByText(/ask your visitors first/)).toBeVisible();
});

it("without a public key it says how to get one", async () => {
  fakeAppliance({ "GET /sites/{id}": quiet, "GET /sites/{id}/keys": { items: [] } });
  await openPage(address, "Shop: Set up");
  expect(await screen.findByText(/Make one below/)).toBeVisible();
  expect(screen.getByText("None yet.")).toBeVisible();
});

it("a secret key is made without pages, and seen this once", async () => {
  const made = { ...secretKey, key: "wbs_whole" };
  let items: WriteKey[] = [];
  const appliance = fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites/{id}/keys": () => ({ items }),
    "POST /sites/{id}/keys": () => {
      items = [secretKey];
      return made;
    },
  });
  const { user } = await openPage(address, "Shop: Set up");
  await user.click(await screen.findByRole("button", { name: "New key" }));
  const dialog = within(await screen.findByRole("dialog", { name: "New key" }));
  await user.click(dialog.getByRole("radio", { name: /Secret/ }));
  await user.type(dialog.getByLabelText("Name"), "Checkout");
  await user.click(dialog.getByRole("button", { name: "Make the key" }));
  expect(await screen.findByText("wbs_whole")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "I have kept it" }));
  expect(screen.queryByText("wbs_whole")).toBeNull();
  expect(await screen.findByRole("row", { name: /^Checkout Servers/ })).toBeVisible();
  expect(appliance.bodies("POST /sites/{id}/keys")).toEqual([{ name: "Checkout", kind: "secret" }]);
});

it("a public key is made for the pages that are named", async () => {
  const appliance = fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites/{id}/keys": { items: [] },
    "POST /sites/{id}/keys": publicKey,
  });
  const { user } = await openPage(address, "Shop: Set up");
  await user.click(await screen.findByRole("button", { name: "New key" }));
  const dialog = within(await screen.findByRole("dialog", { name: "New key" }));
  const pages = dialog.getByLabelText("Pages that may send with it");
  expect(pages).toHaveValue("https://shop.example\nhttps://www.shop.example");
  await user.clear(pages);
  await user.type(pages, "https://a.example\n\n https://b.example ");
  await user.type(dialog.getByLabelText("Name"), "Website");
  await user.click(dialog.getByRole("button", { name: "Make the key" }));
  expect(await screen.findByText("The key Website is made.")).toBeVisible();
  expect(appliance.bodies("POST /sites/{id}/keys")).toEqual([
    { name: "Website", kind: "public", origins: ["https://a.example", "https://b.example"] },
  ]);
});

it("a key ends after a question", async () => {
  let items = [publicKey];
  const appliance = fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites/{id}/keys": () => ({ items }),
    "DELETE /sites/{id}/keys/{key}": () => {
      items = [];
    },
  });
  const { user } = await openPage(address, "Shop: Set up");
  await user.click(await screen.findByRole("button", { name: "End Website" }));
  const question = within(await screen.findByRole("alertdialog"));
  await user.click(question.getByRole("button", { name: "End the key" }));
  expect(await screen.findByText("Website has ended.")).toBeVisible();
  expect(await screen.findByText("None yet.")).toBeVisible();
  expect(appliance.calls("DELETE /sites/{id}/keys/{key}")[0]?.path).toBe(
    "/sites/site-shop/keys/key-website",
  );
});

it("a file of the past is brought in, and what was refused is told by its line", async () => {
  vi.mocked(importEvents).mockResolvedValue({
    read: 4,
    accepted: 2,
    doubled: 1,
    refused: 1,
    faults: [{ line: 3, code: "invalid", message: "at: it is no time" }],
  });
  fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites/{id}/keys": { items: [publicKey] },
  });
  const { user } = await openPage(address, "Shop: Set up");
  const file = new File(["name,id,at,visitor\n"], "past.csv");
  await user.upload(
    document.querySelector<HTMLInputElement>("input[type=file]") as HTMLInputElement,
    file,
  );
  expect(await screen.findByText(/2 events counted, 1 here already, 1 refused/)).toBeVisible();
  expect(screen.getByText("Line 3")).toBeVisible();
  expect(screen.getByText("at: it is no time")).toBeVisible();
  expect(vi.mocked(importEvents).mock.calls[0]?.[0]).toMatchObject({
    siteId: shop.id,
    file,
    format: "csv",
  });
});

it("events are taken away by the days and the form that are chosen", async () => {
  fakeAppliance({ "GET /sites/{id}": shop, "GET /sites/{id}/keys": { items: [] } });
  const { user } = await openPage(address, "Shop: Set up");
  const link = await screen.findByRole("link", { name: "Download the events" });
  expect(link).toHaveAttribute("href", `/api/v1/sites/${shop.id}/events/export?format=csv`);
  await user.type(screen.getByLabelText("From"), "2026-11-02");
  await user.type(screen.getByLabelText("To"), "2026-11-05");
  await user.click(screen.getByRole("button", { name: /Form/ }));
  await user.click(screen.getByRole("option", { name: "Parquet" }));
  expect(link.getAttribute("href")).toMatch(/\?format=parquet&from=2026-11-02&to=2026-11-05$/);
  await user.clear(screen.getByLabelText("To"));
  await user.type(screen.getByLabelText("To"), "2026-11-01");
  expect(screen.queryByRole("link", { name: "Download the events" })).not.toBeInTheDocument();
  expect(screen.getByText(/before the day with which the file begins/)).toBeVisible();
});

it("whoever may only see a site takes no events away", async () => {
  const seen = { ...shop, access: "view" as const, shared_by: "owner@example.org" };
  fakeAppliance({ "GET /sites/{id}": seen, "GET /sites/{id}/keys": { items: [] } });
  await openPage(address, "Shop: Set up");
  expect(await screen.findByText("Count the visits of its pages")).toBeVisible();
  expect(screen.queryByText("Take the events away")).not.toBeInTheDocument();
});
