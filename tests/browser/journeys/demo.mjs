// The demonstration, as the README starts it: something is in it, and it is left as it was found.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { startDemo } from "../appliance.mjs";
import { inspect } from "../browser.mjs";
import { seePage } from "./first.mjs";
import { settled } from "./pages.mjs";
import { tile } from "./reports.mjs";

export function demoJourney(stage) {
  const demo = {};

  before(async () => {
    Object.assign(demo, await startDemo(process.env.WEIGHBRIDGE_BIN));
  });

  after(() => demo.stop?.());

  it("lets in whoever it has told its password, and shows a year of a shop", async () => {
    const { page } = stage;
    await page.goto(demo.url);
    await page.getByLabel("E-mail").fill(demo.email);
    await page.getByLabel("Password").fill(demo.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await seePage(page, "Overview");
    await page.goto(`${demo.url}/sites`);
    await page.getByRole("link", { name: /^Sample shop/ }).click();
    await seePage(page, /^Sample shop/);
    await tile(page, "Visits").getByText(/^[1-9][\d,]+$/).waitFor();
    await inspect(page, "demo-site");
  });

  for (const tab of [
    "Real time",
    "Reports",
    "Goals",
    "Attribution",
    "Journeys",
    "Cohorts",
    "Advertising",
    "Set up",
    "Sharing",
    "Settings",
  ]) {
    it(`shows the year under ${tab}`, async () => {
      const { page } = stage;
      await page.getByRole("link", { name: tab, exact: true }).click();
      await seePage(page, new RegExp(`: ${tab}$`));
      await settled(page);
      await inspect(page, `demo-${tab.toLowerCase().replace(" ", "-")}`);
    });
  }

  it("has a sync that can be run at once", async () => {
    const { page } = stage;
    await page.goto(`${demo.url}/syncs`);
    await page.getByRole("link", { name: "Airports to the sandbox" }).click();
    await seePage(page, "Airports to the sandbox");
  });

  it("ends when it is told to", async () => {
    assert.equal(await demo.stop(), 0);
  });
}
