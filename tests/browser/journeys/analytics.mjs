// A site: made, its key copied, events sent with it, and what they come to looked at.
import assert from "node:assert/strict";
import { it } from "node:test";
import { request } from "playwright-core";
import { inspect } from "../browser.mjs";
import { call, choose, seePage } from "./first.mjs";

const domain = "shop.example";
const origin = `https://${domain}`;

/** Three visits, of which one leads to a purchase. */
const events = [
  {
    name: "page_view",
    visitor: "one",
    url: `${origin}/wool?utm_source=newsletter&utm_medium=email&utm_campaign=winter`,
  },
  { name: "page_view", visitor: "one", url: `${origin}/cart` },
  {
    name: "purchase",
    visitor: "one",
    id: "order-1001",
    url: `${origin}/thanks`,
    value: "49.90",
    currency: "EUR",
  },
  { name: "page_view", visitor: "two", url: `${origin}/`, referrer: "https://www.google.com/" },
  { name: "page_view", visitor: "three", url: `${origin}/` },
];

export function analyticsJourney(stage) {
  it("makes a site, whose set-up waits for the first event", async () => {
    const { page, appliance } = stage;
    await page.goto(`${appliance.url}/sites`);
    await seePage(page, "Sites");
    await page.getByText("No sites yet").waitFor();
    await inspect(page, "sites-none");
    await page.getByRole("link", { name: "New site" }).click();
    await seePage(page, "New site");
    await page.getByLabel("Domain", { exact: true }).fill(`${origin}/`);
    await page.getByLabel("Name", { exact: true }).fill("Shop");
    await page.getByRole("combobox", { name: "Currency" }).fill("euro");
    await page.getByRole("option", { name: /^EUR/ }).click();
    await page.getByRole("listbox").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Create the site" }).click();
    await seePage(page, "Shop: Set up");
    await page.getByText("Waiting for the first event").waitFor();
    await page.getByText(/^<script defer/).waitFor();
    await inspect(page, "site-setup-waiting");
    await page.getByRole("link", { name: "Overview", exact: true }).last().click();
    await page.getByText("No events yet").waitFor();
    await inspect(page, "site-without-events");
    await page.getByRole("link", { name: "Set it up" }).click();
    await seePage(page, "Shop: Set up");
  });

  it("sends events with the key of the line that is to be copied", async () => {
    const { page } = stage;
    const line = await page.getByText(/^<script defer/).innerText();
    stage.key = line.match(/data-key="(wbp_\w+)"/)?.[1];
    assert.ok(stage.key, line);
    // Alone: what is sent together happened at the same time, and any of it may begin the visit.
    const [landing, ...rest] = events;
    for (const part of [[landing], rest]) {
      const taken = await send(stage, stage.key, part);
      assert.deepEqual(taken, { accepted: part.length, doubled: 0, refused: [] });
    }
    const again = await send(stage, stage.key, [events[2]]);
    // That it was counted before is not told with a public key: the figures below say it.
    assert.deepEqual(again, { accepted: 1, doubled: 0, refused: [] });
    await page.getByText("Events come in").waitFor();
    await inspect(page, "site-setup");
  });

  it("sees what they come to", async () => {
    const { page } = stage;
    await page.getByRole("link", { name: "See them" }).click();
    await seePage(page, "Shop");
    await page.getByRole("heading", { name: "Daily visitors by day" }).waitFor();
    const figures = {};
    for (const label of ["Daily visitors", "Visits", "Page views", "Conversions", "Revenue"]) {
      figures[label] = await figureOf(page, label);
    }
    assert.deepEqual(figures, {
      "Daily visitors": "3",
      Visits: "3",
      "Page views": "4",
      Conversions: "1",
      Revenue: "€49.90",
    });
    const channels = page.getByRole("region", { name: "Channels" });
    for (const channel of ["Email", "Organic search", "Direct"]) {
      await channels.getByRole("row", { name: new RegExp(`^${channel}`) }).waitFor();
    }
    await inspect(page, "site-overview");
    await page.getByRole("tab", { name: "Campaigns" }).click();
    await page.getByRole("region", { name: "Campaigns" }).getByText("winter").waitFor();
    await page.getByRole("tab", { name: "All pages" }).click();
    await page.getByRole("region", { name: "All pages" }).getByText("/cart").waitFor();
  });

  it("changes days and comparison, which stand in the address", async () => {
    const { page } = stage;
    await page.getByRole("button", { name: /^Last 28 days/ }).click();
    await page.getByRole("application", { name: /Days/ }).waitFor();
    await inspect(page, "site-days");
    await page.getByRole("option", { name: "Today" }).click();
    await page.getByRole("heading", { name: "Visitors by hour" }).waitFor();
    await choose(page, /^Compared/, "Not compared");
    await page.getByRole("button", { name: "Revenue", exact: true }).click();
    await page.getByRole("heading", { name: "Revenue by hour" }).waitFor();
    await page.waitForURL(/range=today/);
    await page.reload();
    await page.getByRole("heading", { name: "Revenue by hour" }).waitFor();
    assert.equal(await figureOf(page, "Revenue"), "€49.90");
    await page.getByText("The same as a table").click();
    await page.getByRole("region", { name: "Revenue by hour" }).waitFor();
    await inspect(page, "site-day");
  });

  it("walks the trend with the keyboard", async () => {
    const { page } = stage;
    await page.getByRole("button", { name: /^Today/ }).click();
    await page.getByRole("option", { name: "Last 7 days" }).click();
    await page.getByRole("heading", { name: "Revenue by day" }).waitFor();
    const chart = page.getByRole("group", { name: "Revenue, step by step" });
    const steps = chart.getByRole("img");
    await steps.nth(6).focus();
    assert.match(await focused(page), /: €49\.90\.$/);
    await page.keyboard.press("ArrowLeft");
    assert.match(await focused(page), /: €0\.00\.$/);
    await page.keyboard.press("Home");
    assert.equal(await focused(page), await steps.first().getAttribute("aria-label"));
  });

  it("makes a secret key, sees it once, and ends the public one", async () => {
    const { page } = stage;
    await page.getByRole("link", { name: "Set up", exact: true }).click();
    await seePage(page, "Shop: Set up");
    await page.getByRole("button", { name: "New key" }).click();
    const dialog = page.getByRole("dialog", { name: "New key" });
    await dialog.getByRole("radio", { name: "Secret" }).check({ force: true });
    await dialog.getByLabel("Name", { exact: true }).fill("Till");
    await dialog.getByRole("button", { name: "Make the key" }).click();
    const shown = page.getByRole("dialog", { name: "The key Till" });
    await shown.getByText(/^wbs_/).waitFor();
    await inspect(page, "site-key");
    await shown.getByRole("button", { name: "I have kept it" }).click();
    await page.getByRole("button", { name: "End Website" }).click();
    const question = page.getByRole("alertdialog");
    await question.getByRole("button", { name: "End the key" }).click();
    await page.getByText("Website has ended.").waitFor();
    await assert.rejects(send(stage, stage.key, events), /401/);
  });

  it("keeps what was counted by, and is deleted after a question", async () => {
    const { page, appliance } = stage;
    await page.getByRole("link", { name: "Settings", exact: true }).click();
    await page.getByText(/^EUR, /).waitFor();
    await inspect(page, "site-settings");
    const { id } = await call(page, "POST", "/sites", {
      name: "Doomed",
      domain,
      currency: "CHF",
      time_zone: "Europe/Zurich",
    });
    await page.goto(`${appliance.url}/sites/${id}/settings`);
    await seePage(page, "Doomed: Settings");
    await page.getByRole("button", { name: "Delete site" }).click();
    const question = page.getByRole("alertdialog");
    await question.getByRole("button", { name: "Delete site" }).click();
    await page.getByText("Doomed is deleted.").waitFor();
    await seePage(page, "Sites");
    await page.getByRole("link", { name: "Shop", exact: true }).waitFor();
  });
}

/** Sends events as a page of the shop does; fails with the status of a refusal. */
async function send({ appliance }, key, events) {
  const shop = await request.newContext({
    ignoreHTTPSErrors: true,
    userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    extraHTTPHeaders: { origin },
  });
  try {
    const answer = await shop.post(`${appliance.url}/api/v1/events?key=${key}`, { data: events });
    if (!answer.ok()) throw new Error(`${answer.status()} ${await answer.text()}`);
    return await answer.json();
  } finally {
    await shop.dispose();
  }
}

/** What the element with the keyboard is called. */
async function focused(page) {
  return page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
}

/** What a tile says. */
async function figureOf(page, label) {
  const choice = page.getByRole("button", { name: label, exact: true });
  const tile = page.locator("div").filter({ has: page.locator("dt").filter({ has: choice }) }).last();
  return tile.locator("dd").first().innerText();
}
