// What a site has counted, asked for in other ways: narrowed, as a report, and as a funnel.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { it } from "node:test";
import { inspect } from "../browser.mjs";
import { choose, seePage } from "./first.mjs";

/** Looks at the site that the journey of its events has made. */
export function reportsJourney(stage) {
  it("narrows the overview to one channel, in the address, and widens it by the way back", async () => {
    const { page, appliance } = stage;
    await page.goto(`${appliance.url}/sites`);
    await page.getByRole("link", { name: "Shop", exact: true }).click();
    await seePage(page, "Shop");
    const channels = page.getByRole("region", { name: "Channels" });
    await channels.getByRole("link", { name: "Email" }).click();
    await page.getByRole("button", { name: "Channel is Email", exact: true }).waitFor();
    await page.waitForURL(/filters=channel%3Ais%3Aemail/);
    await page.locator(".report:not([data-old])").waitFor();
    await tile(page, "Visits").getByText("1", { exact: true }).waitFor();
    await tile(page, "Revenue").getByText("€49.90", { exact: true }).waitFor();
    await channels.getByRole("row", { name: /^Direct/ }).waitFor({ state: "detached" });
    await inspect(page, "site-narrowed");
    await page.reload();
    await tile(page, "Visits").getByText("1", { exact: true }).waitFor();
    await page.goBack();
    await channels.getByRole("row", { name: /^Direct/ }).waitFor();
    await tile(page, "Visits").getByText("3", { exact: true }).waitFor();
  });

  it("goes through a narrowed day by the hour", async () => {
    const { page } = stage;
    const address = new URL(page.url());
    address.search = "?range=today&filters=channel:is:email&metric=revenue";
    await page.goto(address.href);
    await page.getByRole("heading", { name: "Revenue by hour" }).waitFor();
    await page.getByText("The same as a table").click();
    await page.getByRole("row", { name: /^\d\d:00 €49\.90$/ }).waitFor();
    await page.goBack();
    await tile(page, "Visits").getByText("3", { exact: true }).waitFor();
  });

  it("draws the rates by day", async () => {
    const { page } = stage;
    await page.getByRole("button", { name: "Bounce rate", exact: true }).click();
    await page.getByRole("heading", { name: "Bounce rate by day" }).waitFor();
  });

  it("adds a filter by hand, out of what was seen", async () => {
    const { page } = stage;
    await page.getByRole("button", { name: "Add a filter" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a filter" });
    await choose(page, /Only visits whose/, "Page");
    await dialog.getByText("/cart", { exact: true }).click();
    await inspect(page, "site-filter");
    await dialog.getByRole("button", { name: "Apply" }).click();
    await page.getByRole("button", { name: "Page is /cart", exact: true }).waitFor();
    await tile(page, "Visits").getByText("1", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Remove the filter Page is /cart" }).click();
    await tile(page, "Visits").getByText("3", { exact: true }).waitFor();
  });

  it("reports the landing pages, and others at one press", async () => {
    const { page } = stage;
    await page.getByRole("link", { name: "Reports", exact: true }).click();
    await seePage(page, "Shop: Reports");
    const landing = page.getByRole("region", { name: "Landing page" });
    await landing.getByRole("row", { name: /^\/wool 1/ }).waitFor();
    await landing.getByRole("row", { name: /^All 3/ }).waitFor();
    await inspect(page, "site-reports");
    for (const [preset, table] of presets) {
      await page.getByRole("link", { name: preset, exact: true }).click();
      const rows = page.getByRole("region", { name: table, exact: true });
      await rows.getByRole("row", { name: /^All / }).waitFor();
      await page.locator(".report:not([data-old])").waitFor();
      assert.equal(await page.getByRole("alert").count(), 0, preset);
    }
  });

  it("builds a report of its own by the keyboard, and draws it along the days", async () => {
    const { page } = stage;
    await page.getByRole("link", { name: "Channels", exact: true }).click();
    const add = page.getByRole("button", { name: "Add", exact: true });
    await add.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Day", exact: true }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL(/dimensions=day%2Cchannel/);
    await page.getByRole("heading", { name: "Visits by day" }).waitFor();
    const rows = page.getByRole("region", { name: "Day and channel" });
    await rows.getByRole("button", { name: "Revenue" }).click();
    await page.waitForURL(/sort=-revenue/);
    await rows.getByRole("row").nth(2).filter({ hasText: "Email" }).waitFor();
    await page.getByText("The same as a table").click();
    await inspect(page, "site-report-by-day");
    await page.reload();
    await rows.getByRole("row", { name: /Email/ }).waitFor();
  });

  it("takes the report away as a file", async () => {
    const { page } = stage;
    await page.getByRole("button", { name: "Export", exact: true }).click();
    await page.getByRole("menuitem", { name: /^PDF/ }).waitFor();
    await inspect(page, "site-report-export");
    for (const [format, begins] of files) {
      if (!(await page.getByRole("menu").isVisible())) {
        await page.getByRole("button", { name: "Export", exact: true }).click();
      }
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("menuitem", { name: format }).click(),
      ]);
      assert.match(download.suggestedFilename(), /^Shop-report-.*\.(csv|pdf)$/);
      const file = await readFile(await download.path());
      assert.equal(file.subarray(0, begins.length).toString(), begins);
    }
  });

  it("counts the steps of a funnel, and says where most are lost", async () => {
    const { page } = stage;
    await page.getByRole("link", { name: "Funnel", exact: true }).click();
    await seePage(page, "Shop: Funnel");
    await page.getByText("The biggest drop is before “Bought”").waitFor();
    await page.getByRole("button", { name: "Add a step" }).click();
    const step = page.getByRole("group", { name: "Step 3" });
    await step.getByLabel("Name", { exact: true }).fill("Cart");
    await step.getByRole("combobox", { name: "Path" }).fill("/cart");
    await page.keyboard.press("Escape");
    await step.getByRole("button", { name: "Move step 3 up" }).click();
    await page.getByRole("button", { name: "Count the steps" }).click();
    await page.waitForURL(/steps=/);
    await page.getByText("The biggest drop is before “Cart”").waitFor();
    await page.getByText(/^Of 3 daily visitors .* 2 \(66.7%\)/).waitFor();
    await page.getByText(/would have been €99.80/).waitFor();
    await page.getByText("The same as a table").click();
    const table = page.getByRole("region", { name: "Funnel" });
    await table.getByRole("row", { name: /^3\. Bought 1 33\.3% 100% 0/ }).waitFor();
    await inspect(page, "site-funnel");
  });

  it("says what to do where filters pick nobody", async () => {
    const { page } = stage;
    const address = new URL(page.url());
    address.searchParams.set("filters", "device:is:toaster");
    await page.goto(address.href);
    await page.getByText("Nobody took the step “Came”").waitFor();
    await inspect(page, "site-funnel-nobody");
    await page.getByRole("button", { name: "Remove the filter Device is Toaster" }).click();
    await page.getByText("The biggest drop is before “Cart”").waitFor();
  });
}

/** The formats that are chosen, and what such a file begins with. */
const files = [
  [/^PDF/, "%PDF-"],
  [/^CSV/, "day,channel,"],
];

/** What is pressed, and what its table is called. */
const presets = [
  ["Channels", "Channel"],
  ["Sources", "Source and medium"],
  ["Campaigns", "Campaign, source and medium"],
  ["Pages", "Page"],
  ["Days of the week", "Day of the week"],
  ["Events", "Event"],
  ["Landing pages", "Landing page"],
];

/** One figure of the overview. */
export function tile(page, label) {
  const name = page.locator("dt").filter({ hasText: new RegExp(`^${label}$`) });
  return page.locator(".tile").filter({ has: name });
}
