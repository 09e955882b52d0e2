// A record that the vendor does not take: why, what was sent, mended, tried again and gone.
import assert from "node:assert/strict";
import { it } from "node:test";
import { inspect } from "../browser.mjs";
import { call, seePage } from "./first.mjs";

const sync = "Airports to Sandbox";
/** Records with a state that is no choice of the table there, and the state that they had. */
const mended = {
  "00M": ["Atlantis", "MS"],
  FLL: ["Utopia", "FL"],
};

export function lettersJourney(stage) {
  it("tells of two records that were not taken", async () => {
    const { page } = stage;
    // Else the vendor would add what it does not know to its choices.
    await setTypecast(page, false);
    for (const [key, [state]] of Object.entries(mended)) await setState(stage, key, state);
    await run(stage);
    await page.getByText("Done; 2 did not get through").waitFor({ timeout: 60_000 });
    await inspect(page, "run-refused");
  });

  it("shows why, how often, and what was sent", async () => {
    const { page } = stage;
    await page.getByRole("link", { name: "To the sync" }).click();
    await seePage(page, sync);
    const letters = page.getByRole("region", { name: "Dead letters" });
    await letters.getByRole("row", { name: /00M/ }).waitFor();
    await letters.getByRole("row", { name: /FLL/ }).waitFor();
    await inspect(page, "dead-letters");
    await letters.getByRole("button", { name: "00M" }).click();
    const sheet = page.getByRole("dialog", { name: "00M" });
    await sheet.getByText(/^1 run tried it/).waitFor();
    const sent = sheet.getByRole("region", { name: "What was sent" });
    await sent.getByRole("row", { name: /Atlantis/ }).waitFor();
    await inspect(page, "dead-letter");
  });

  it("leads to the record, where it is mended, and is gone after a retry", async () => {
    const { page } = stage;
    await page.getByRole("dialog", { name: "00M" }).getByRole("link", { name: "The record" }).click();
    await fillState(page, "00M", "MS");
    await page.goto(`${stage.appliance.url}/syncs`);
    await page.getByRole("link", { name: sync }).click();
    const letters = page.getByRole("region", { name: "Dead letters" });
    await letters.getByRole("row", { name: /00M/ }).getByRole("link").click();
    await seePage(page, `Run of ${sync}`);
    await page.getByRole("button", { name: "Retry refused" }).click();
    await page.getByRole("link", { name: "Tries again what this run left" }).waitFor();
    await page.getByText("Done; 1 did not get through").waitFor({ timeout: 60_000 });
    await page.getByRole("link", { name: "To the sync" }).click();
    await seePage(page, sync);
    await letters.getByRole("row", { name: /FLL.* 2 / }).waitFor();
    assert.equal(await letters.getByRole("row", { name: /00M/ }).count(), 0);
  });

  it("forgets one that is discarded, and the next run tries its record again", async () => {
    const { page } = stage;
    const letters = page.getByRole("region", { name: "Dead letters" });
    await letters.getByRole("button", { name: "FLL" }).click();
    await page.getByRole("button", { name: "Discard", exact: true }).click();
    await page.getByText("The dead letter of FLL is discarded.").waitFor();
    await letters.waitFor({ state: "detached" });
    await setState(stage, "FLL", "FL");
    await run(stage);
    await page.getByText("Done: every record is there, exactly once").waitFor({ timeout: 60_000 });
    await setTypecast(page, true);
  });
}

async function run({ page, appliance }) {
  await page.goto(`${appliance.url}/syncs`);
  await page.getByRole("link", { name: sync }).click();
  await page.getByRole("button", { name: "Run now" }).click();
  await seePage(page, `Run of ${sync}`);
}

async function setState({ page, appliance }, key, state) {
  await page.goto(`${appliance.url}/datasets`);
  await page.getByRole("link", { name: "Airports" }).click();
  await page.getByRole("link", { name: key, exact: true }).click();
  await fillState(page, key, state);
}

async function fillState(page, key, state) {
  const sheet = page.getByRole("dialog", { name: key });
  await sheet.getByLabel("state", { exact: true }).fill(state);
  await sheet.getByRole("button", { name: "Save" }).click();
  await sheet.waitFor({ state: "detached" });
}

/** Whether the vendor converts what it is sent: the console sets it with a new sync alone. */
async function setTypecast(page, typecast) {
  const { items } = await call(page, "GET", "/syncs");
  await call(page, "PATCH", `/syncs/${items[0].id}`, { typecast });
}
