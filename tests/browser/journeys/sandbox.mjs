// The sandbox's own page: the vendors' ways are turned, and a colleague's hand writes there.
import assert from "node:assert/strict";
import { it } from "node:test";
import { inspect } from "../browser.mjs";

export function sandboxJourney(stage) {
  it("turns the ways of the vendors, and shows which are not as usual", async () => {
    const { page, appliance } = stage;
    await page.goto(`${appliance.sandboxUrl}/`);
    await page.getByLabel("The month’s calls are used up").check();
    await page.getByText("The month’s calls are used up: on.").waitFor();
    assert.equal((await listing(stage)).status, 429);
    await page.getByLabel("It may insert content").uncheck();
    await page.getByLabel("Clocks behind by, in seconds").fill("-90");
    await page.keyboard.press("Tab");
    await page.getByText("Clocks behind by, in seconds: -90.").waitFor();
    await inspect(page, "sandbox-knobs");
    const turned = await knobs(stage);
    assert.equal(turned.clock_behind_seconds, -90);
    assert.deepEqual(
      [turned.notion.capabilities.insert_content, turned.notion.capabilities.read_content],
      [false, true],
    );
    await page.getByRole("button", { name: "All as usual" }).click();
    await page.getByText("The vendors behave as usual.").waitFor();
    assert.equal((await listing(stage)).status, 200);
    assert.equal((await knobs(stage)).clock_behind_seconds, 0);
  });
}

/** A call of the vendor's own, as the appliance makes it. */
async function listing({ appliance }) {
  return fetch(`${appliance.sandboxUrl}/v0/appSandboxDemo001/Airports?maxRecords=1`, {
    headers: { authorization: "Bearer patSandboxJourney" },
  });
}

async function knobs({ appliance }) {
  return (await fetch(`${appliance.sandboxUrl}/_sandbox/knobs`)).json();
}
