// The sandbox's own page: the vendors' ways are turned, and a colleague's hand writes there.
import assert from "node:assert/strict";
import { it } from "node:test";
import { dumpOf } from "../appliance.mjs";
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

  it("shows nothing over a change that was read before it", async () => {
    const { page } = stage;
    const { asked, release, shown } = await holdKnobs(page);
    await asked;
    const lost = page.getByLabel("Notifications are lost");
    await lost.check();
    await page.getByText("Notifications are lost: on.").waitFor();
    release();
    await shown;
    assert.ok(await lost.isChecked());
    await page.getByRole("button", { name: "All as usual" }).click();
    await page.getByText("The vendors behave as usual.").waitFor();
  });

  it("makes, edits and deletes a record as a colleague would", async () => {
    const { page } = stage;
    await page.getByLabel("Table", { exact: true }).selectOption({ label: await title(page, "Sandbox: Everything") });
    await page.getByRole("button", { name: "New record" }).focus();
    await page.keyboard.press("Enter");
    const made = page.getByRole("dialog", { name: "New record" });
    await made.getByLabel(/^Name /).fill("By hand");
    await made.getByLabel(/^Number /).fill("many");
    await made.getByRole("button", { name: "Create" }).click();
    await made.getByText("That did not work: many is no number").waitFor();
    await made.getByLabel(/^Number /).fill("1.5");
    await made.getByLabel(/^Colour /).fill("Mauve");
    await made.getByLabel(/^Done /).check();
    await inspect(page, "sandbox-record");
    await page.keyboard.press("Enter");
    await page.getByText("A record was made there.").waitFor();
    const row = page.getByRole("row", { name: /By hand/ });
    const { id, fields } = await named(stage, "By hand");
    assert.deepEqual([fields.Number, fields.Colour, fields.Done], [1.5, "Mauve", true]);
    await row.getByRole("button", { name: `Edit ${id}` }).click();
    const edited = page.getByRole("dialog", { name: `Edit ${id}` });
    await edited.getByLabel(/^Name /).fill("By a colleague");
    await edited.getByRole("button", { name: "Save" }).click();
    await page.getByText(`${id} was changed there.`).waitFor();
    assert.equal((await named(stage, "By a colleague")).id, id);
    await page.getByRole("button", { name: `Edit ${id}` }).click();
    await edited.getByRole("button", { name: "Delete" }).click();
    await page.getByText(`Delete: ${id}.`).waitFor();
    assert.equal(await named(stage, "By a colleague"), undefined);
  });

  it("renames and drops fields, and takes a database from the integration", async () => {
    const { page } = stage;
    await page.getByRole("button", { name: "Change fields" }).click();
    const fields = page.getByRole("dialog", { name: "Fields of Sandbox: Everything" });
    await fields.getByLabel(/^Name of Phone /).fill("Telephone");
    await fields.getByRole("button", { name: "Rename Phone" }).click();
    await page.getByRole("columnheader", { name: "Telephone" }).waitFor();
    await page.getByRole("button", { name: "Change fields" }).click();
    await fields.getByRole("button", { name: "Drop Telephone" }).click();
    await page.getByText("Telephone was dropped there.").waitFor();
    await page.getByRole("columnheader", { name: "Telephone" }).waitFor({ state: "detached" });
    await page.getByLabel("Table", { exact: true }).selectOption({ label: await title(page, "Notion: Airports") });
    await page.getByRole("button", { name: "Change fields" }).click();
    const properties = page.getByRole("dialog", { name: "Fields of Notion: Airports" });
    await inspect(page, "sandbox-fields");
    assert.equal(await properties.getByRole("button", { name: "Drop Name" }).count(), 0);
    await properties.getByRole("button", { name: "Drop City" }).click();
    await page.getByText("City was dropped there.").waitFor();
    await page.getByRole("columnheader", { name: "City" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "New record" }).click();
    const made = page.getByRole("dialog", { name: "New record" });
    await made.getByLabel(/^Name /).fill("By hand");
    await made.getByRole("button", { name: "Create" }).click();
    await page.getByRole("row", { name: /By hand/ }).getByRole("button").click();
    await page.getByRole("button", { name: "Move to the trash" }).click();
    await page.getByRole("row", { name: /in the trash.*By hand/ }).waitFor();
    await page.getByLabel("Its database is shared with the integration").uncheck();
    await page.getByText("The database was taken from the integration.").waitFor();
    await inspect(page, "sandbox-notion");
    await page.getByLabel("Its database is shared with the integration").check();
    await page.getByText("The integration sees the database again.").waitFor();
  });
}

/** Holds what the page reads next of the knobs, as it is now, until it is released. */
async function holdKnobs(page) {
  let held;
  let ask;
  let release;
  const asked = new Promise((resolve) => (ask = resolve));
  const released = new Promise((resolve) => (release = resolve));
  const answer = async (route) => {
    held = route.request();
    const read = await route.fetch();
    ask();
    await released;
    await route.fulfill({ response: read });
  };
  await page.route("**/_sandbox/knobs", answer, { times: 1 });
  const shown = page
    .waitForResponse((told) => told.request() === held)
    .then((told) => told.finished())
    .then(() => page.evaluate(() => new Promise((resolve) => setTimeout(resolve))));
  return { asked, release, shown };
}

/** The whole label of the table whose name begins so: its count of records stands behind it. */
async function title(page, name) {
  const labels = await page.getByLabel("Table", { exact: true }).locator("option").allInnerTexts();
  return labels.find((label) => label.startsWith(`${name} (`));
}

/** The record of that name in the table of everything. */
async function named({ appliance }, name) {
  const records = await dumpOf(appliance.sandboxUrl, "appSandboxDemo001", "Everything");
  return records.find(({ fields }) => fields.Name === name);
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
