// Both sides change the same record: what either has changed meets, and a conflict is solved.
import assert from "node:assert/strict";
import { it } from "node:test";
import { inspect } from "../browser.mjs";
import { base, call, choose, seePage, takeBack } from "./first.mjs";

const sync = "Both ways";

export function conflictsJourney(stage) {
  it("makes a two-way sync, with rules for both sides", async () => {
    const { page, appliance } = stage;
    await page.goto(`${appliance.url}/syncs/new`);
    await choose(page, /Direction/, "Two-way");
    await choose(page, /Dataset/, "Airports");
    await page.getByRole("button", { name: "Continue" }).click();
    await choose(page, /Base/, "Sandbox");
    await choose(page, /Table/, "Airports");
    await page.getByRole("button", { name: "Continue" }).click();
    await choose(page, /Direction of country/, "From here");
    const comes = page.getByRole("region", { name: "Preview of what comes" });
    await comes.getByRole("cell", { name: "Bay Springs" }).waitFor();
    assert.equal(await comes.getByRole("columnheader", { name: "country" }).count(), 0);
    await inspect(page, "two-way-mapping");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByLabel("Name", { exact: true }).fill(sync);
    await page.getByLabel(/Seconds to wait/).fill("0");
    await inspect(page, "two-way-rules");
    await page.getByRole("button", { name: "Create and run" }).click();
    await seePage(page, `Run of ${sync}`);
    await page.getByText("Done: every record is there, exactly once").waitFor({ timeout: 60_000 });
  });

  it("lets edits of different fields meet, and asks about the same one", async () => {
    const { page } = stage;
    await editHere(stage, "ATL", { name: "Ours", city: "Here" });
    await editThere(stage, "ATL", { Name: "Theirs" });
    await editHere(stage, "00M", { city: "Ours alone" });
    await editThere(stage, "00M", { Name: "Theirs alone" });
    await run(stage);
    await page.getByText("Done; 1 did not get through").waitFor({ timeout: 60_000 });
    assert.equal((await there(stage, "00M")).City, "Ours alone");
    await inspect(page, "run-held");
    await page.getByRole("link", { name: "the inbox of conflicts" }).click();
    await seePage(page, "Conflicts");
    await page.getByRole("row", { name: /ATL/ }).waitFor();
    await inspect(page, "conflicts");
  });

  it("shows the three values side by side, and takes the decision by the keyboard", async () => {
    const { page } = stage;
    await page.getByRole("button", { name: "ATL" }).click();
    const sheet = page.getByRole("dialog", { name: "ATL" });
    const row = sheet.getByRole("region", { name: "Side by side" }).getByRole("row", { name: /Theirs/ });
    assert.match(await row.innerText(), /Ours\s+Theirs/);
    const rules = sheet.getByRole("region", { name: "What the rules would take now" });
    const newest = await rules.getByRole("row", { name: /The newest/ }).innerText();
    assert.match(newest, /The provider does not tell when it was changed there/);
    assert.match(await rules.getByRole("row", { name: /What is there/ }).innerText(), /Theirs/);
    await inspect(page, "conflict");
    await sheet.getByRole("radio", { name: /^Here/ }).focus();
    await page.keyboard.press("ArrowDown");
    await sheet.getByRole("button", { name: "Decide" }).focus();
    await page.keyboard.press("Enter");
    await sheet.waitFor({ state: "detached" });
    await page.getByText("Solved; waits for a run").waitFor();
    await run(stage);
    await page.getByText("Done: every record is there, exactly once").waitFor({ timeout: 60_000 });
    const held = await there(stage, "ATL");
    assert.deepEqual([held.Name, held.City], ["Theirs", "Here"]);
    await page.getByRole("link", { name: "To the sync" }).click();
    await seePage(page, sync);
    await inspect(page, "two-way-sync");
  });

  it("plans what either side would get of the other, and carries that out", async () => {
    const { page } = stage;
    await editHere(stage, "00M", { city: "Planned here" });
    await editThere(stage, "00M", { Name: "Planned there" });
    await editHere(stage, "ATL", { name: "Mine" });
    await editThere(stage, "ATL", { Name: "Theirs again" });
    await page.getByRole("button", { name: "Plan", exact: true }).click();
    await seePage(page, `Plan of ${sync}`);
    await page.getByText("Waits for approval").waitFor({ timeout: 60_000 });
    await page.getByText("1 conflict would ask you").waitFor();
    const planned = page.getByRole("row", { name: /00M/ });
    assert.match(await planned.innerText(), /Here changed[^]*Planned there[^]*There changed/);
    await inspect(page, "two-way-plan");
    await choose(page, /Side/, "Conflicts that would ask you");
    await page.getByRole("row", { name: /00M/ }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Approve and run" }).click();
    const question = page.getByRole("dialog", { name: "Approve this plan and run it?" });
    await question.getByText(/written or deleted here/).waitFor();
    await inspect(page, "two-way-approval");
    await question.getByRole("button", { name: "Approve and run" }).click();
    await seePage(page, `Run of ${sync}`);
    await page.getByText("Done; 1 did not get through").waitFor({ timeout: 60_000 });
    assert.equal((await there(stage, "00M")).City, "Planned here");
  });

  it("takes back what that run has written on either side", async () => {
    const { page } = stage;
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("dialog", { name: "Undo this run?" }).waitFor();
    await inspect(page, "two-way-undo-question");
    await page.getByRole("button", { name: "Make the plan" }).click();
    await seePage(page, `Plan of ${sync}`);
    await page.getByText("Waits for approval").waitFor({ timeout: 60_000 });
    await page.getByText("Ours alone").waitFor();
    await page.getByText("Theirs alone").waitFor();
    await inspect(page, "two-way-undo-plan");
    await takeBack(page, sync);
    await inspect(page, "two-way-undo-done");
    assert.equal((await there(stage, "00M")).City, "Ours alone");
    assert.equal((await here(stage, "00M")).name, "Theirs alone");
  });
}

async function run({ page, appliance }) {
  await page.goto(`${appliance.url}/syncs`);
  await page.getByRole("link", { name: sync }).click();
  await page.getByRole("button", { name: "Run now" }).click();
  await seePage(page, `Run of ${sync}`);
}

/** Where a record lies here. */
async function place({ page }, key) {
  const { items } = await call(page, "GET", "/datasets");
  const dataset = items.find(({ name }) => name === "Airports");
  return `/datasets/${dataset.id}/records/${key}`;
}

async function here(stage, key) {
  return (await call(stage.page, "GET", await place(stage, key))).fields;
}

async function editHere(stage, key, fields) {
  await call(stage.page, "PATCH", await place(stage, key), fields);
}

async function rows({ appliance }) {
  const answer = await fetch(`${appliance.sandboxUrl}/_sandbox/dump?base=${base}&table=Airports`);
  return (await answer.text()).trim().split("\n").map((row) => JSON.parse(row));
}

async function there(stage, key) {
  return (await rows(stage)).find(({ fields }) => fields.Code === key).fields;
}

/** What a colleague does to a record at the vendor's own page. */
async function editThere(stage, key, fields) {
  const { id } = (await rows(stage)).find(({ fields }) => fields.Code === key);
  const path = `bases/${base}/tables/tblAirportsDemo01/records/${id}`;
  const answer = await fetch(`${stage.appliance.sandboxUrl}/_sandbox/${path}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ fields }),
  });
  assert.ok(answer.ok, await answer.text());
}
