// From an empty appliance to an exact copy in the sandbox, as somebody new would go.
import assert from "node:assert/strict";
import { it } from "node:test";
import { dumpOf, readFixture } from "../appliance.mjs";
import { inspect } from "../browser.mjs";

export const person = {
  name: "Ada Lovelace",
  email: "ada@example.org",
  password: "seven looms weave by night",
};
export const base = "appSandboxDemo001";
const table = "Airports";
const fixture = new URL("../fixtures/airports.csv", import.meta.url).pathname;
const refusedLines = 3;

export function firstJourney(stage) {
  it("sets up by the link, and asks for the password ever after", async () => {
    const { page, appliance } = stage;
    await page.goto(await appliance.setupLink());
    await page.getByLabel("Your name").fill(person.name);
    await page.getByLabel("E-mail").fill(person.email);
    await page.getByLabel("Password").fill(person.password);
    await page.getByRole("button", { name: "Set up and sign in" }).click();
    await seePage(page, "Overview");
    await page.getByRole("button", { name: "Sign out" }).click();
    await seePage(page, "Sign in");
    await page.goto(`${appliance.url}/datasets`);
    await seePage(page, "Sign in");
    await page.getByLabel("E-mail").fill(person.email);
    await page.getByLabel("Password").fill(person.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await seePage(page, "Datasets");
  });

  it("imports a file and names its bad lines", async () => {
    const { page } = stage;
    await page.getByRole("link", { name: "New dataset" }).click();
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose a file" }).click();
    await (await chooser).setFiles(fixture);
    await page.getByRole("textbox", { name: "Name" }).fill("Airports");
    await choose(page, /Key field/, "iata");
    await choose(page, /Type of latitude/, "Number");
    await choose(page, /Type of longitude/, "Number");
    await page.getByRole("button", { name: "Create and import" }).click();
    await page.getByText(`${refusedLines} records refused`).waitFor();
    const reasons = page.getByRole("region", { name: "Problems" }).getByRole("row");
    assert.equal(await reasons.count(), refusedLines + 1);
    await page.getByRole("link", { name: "Open Airports" }).click();
    await seePage(page, "Airports");
  });

  it("connects the sandbox with a token", async () => {
    const { page } = stage;
    await page.getByRole("link", { name: "Connections" }).click();
    await page.getByRole("link", { name: "New connection" }).click();
    await page.getByRole("radio", { name: /The sandbox/ }).check({ force: true });
    await page.getByLabel("Name").fill("Practice");
    await page.getByLabel("Personal access token").fill("patBrowserTest0001.secretsecretsecret");
    await page.getByRole("button", { name: "Connect and test" }).click();
    await seePage(page, "Practice");
    await page.getByText("Active").waitFor();
  });

  it("agrees on a sync from the proposal, step by step", async () => {
    const { page } = stage;
    await page.getByRole("link", { name: "Syncs" }).click();
    await page.getByRole("link", { name: "New sync" }).click();
    await choose(page, /Dataset/, "Airports");
    await choose(page, /Connection/, "Practice");
    await page.getByRole("button", { name: "Continue" }).click();
    await choose(page, /Base/, "Sandbox");
    await choose(page, /Table/, table);
    await inspect(page, "new-sync-table");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("heading", { name: "What goes where" }).waitFor();
    for (const [field, remote] of Object.entries(wishes)) {
      await choose(page, new RegExp(`Where ${field} goes`), remote);
    }
    await page.getByRole("region", { name: "Preview" }).getByText("Thigpen").waitFor();
    await inspect(page, "new-sync-mapping");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("checkbox", { name: /Convert texts/ }).check({ force: true });
    await page.getByRole("textbox", { name: "Name" }).fill("Airports to Sandbox");
    await inspect(page, "new-sync-create");
    await page.reload();
    assert.equal(await page.getByRole("textbox", { name: "Name" }).inputValue(), "Airports to Sandbox");
    await page.getByRole("button", { name: "Create sync" }).click();
    await seePage(page, "Airports to Sandbox");
  });

  it("runs it and is told, live, how it ends", async () => {
    await runOnce(stage.page);
    await assertSame(stage);
  });

  it("carries three edited records over, and nothing else", async () => {
    const { page } = stage;
    await page.getByRole("link", { name: "Datasets" }).click();
    await page.getByRole("link", { name: "Airports" }).click();
    for (const key of ["00M", "ATL", "FLL"]) await rename(page, key, `Renamed ${key}`);
    await page.getByRole("link", { name: "Syncs" }).click();
    await page.getByRole("link", { name: "Airports to Sandbox" }).click();
    await runOnce(page);
    const account = page.getByRole("table", { name: "Records of this run" });
    assert.equal(await account.getByRole("row", { name: /Changed/ }).innerText(), "Changed\t3");
    await assertSame(stage);
  });
}

/** Where each field of the fixture goes in the sandbox's table. */
const wishes = {
  iata: "Code",
  name: "Name",
  city: "City",
  state: "State",
  country: "Country",
  latitude: "Latitude",
  longitude: "Longitude",
};

export async function seePage(page, heading) {
  await page.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor();
}

/** Picks an option of one of the UI's selects; its note may follow the option's own words. */
export async function choose(page, label, option) {
  await page.getByRole("button", { name: label }).click();
  await page.getByRole("option", { name: new RegExp(`^${option}\\b`) }).first().click();
  // A list that is still fading out stays when the media change under it.
  await page.getByRole("listbox").waitFor({ state: "detached" });
}

export async function runOnce(page) {
  await page.getByRole("button", { name: "Run now" }).click();
  await seePage(page, "Run of Airports to Sandbox");
  await page.getByText("Done: every record is there, exactly once").waitFor({ timeout: 60_000 });
}

/** Approves the plan of an undo that is shown, and waits until its run has taken everything back. */
export async function takeBack(page, sync) {
  await page.getByRole("button", { name: "Approve and run" }).click();
  const question = page.getByRole("dialog", { name: "Approve this plan and run it?" });
  await question.getByRole("button", { name: "Approve and run" }).click();
  await seePage(page, `Run of ${sync}`);
  await page.getByText("Done: what the run wrote is taken back").waitFor({ timeout: 60_000 });
}

export async function rename(page, key, name) {
  await page.getByRole("link", { name: key, exact: true }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("name", { exact: true }).fill(name);
  await sheet.getByRole("button", { name: "Save" }).click();
  await sheet.waitFor({ state: "detached" });
}

/** Calls the API with the page's own session. */
export async function call(page, method, path, body) {
  const asked = { method, path, body: body && JSON.stringify(body) };
  return page.evaluate(async ({ method, path, body }) => {
    const { csrf_token } = await (await fetch("/api/v1/auth/session")).json();
    const headers = { "content-type": "application/json", "x-csrf-token": csrf_token };
    const answer = await fetch(`/api/v1${path}`, { method, body, headers });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return answer.json();
  }, asked);
}

/** The sandbox's table is the dataset, field by field: no more, no less, nothing twice. */
async function assertSame({ page, appliance }) {
  const there = (await dumpOf(appliance.sandboxUrl, base, table)).map(({ fields }) => fields);
  const here = await exported(page);
  const mapped = here.map((record) =>
    Object.fromEntries(
      Object.entries(wishes)
        .map(([field, remote]) => [remote, record[field]])
        .filter(([, value]) => value !== undefined && value !== null && value !== ""),
    ),
  );
  const byCode = (one, other) => one.Code.localeCompare(other.Code);
  const ordered = (records) => records.toSorted(byCode).map((record) => sortMembers(record));
  assert.deepEqual(ordered(there), ordered(mapped));
  const lines = (await readFixture("airports.csv")).trim().split("\n").length - 1;
  assert.equal(here.length, lines - refusedLines);
}

function sortMembers(record) {
  return Object.fromEntries(Object.entries(record).toSorted());
}

/** The dataset as the appliance exports it, with the page's own session. */
async function exported(page) {
  return page.evaluate(async () => {
    const answer = await fetch("/api/v1/datasets");
    const { items } = await answer.json();
    const file = await fetch(`/api/v1/datasets/${items[0].id}/export?format=json`);
    const records = await file.json();
    return records.map((record) => record.fields ?? record);
  });
}
