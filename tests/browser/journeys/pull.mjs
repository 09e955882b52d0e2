// A table comes here, is taken back, and comes again by itself at its time.
import assert from "node:assert/strict";
import { it } from "node:test";
import { inspect } from "../browser.mjs";
import { call, choose, seePage, takeBack } from "./first.mjs";

const sync = "Airports from Sandbox";
/** A minute has to pass before a schedule is due. */
const patience = { timeout: 90_000 };
const done = "Done: every record is here, exactly once";

export function pullJourney(stage) {
  it("brings a table here", async () => {
    const { page, appliance } = stage;
    const fields = ["iata", "name", "city"].map((name) => ({ name, type: "text" }));
    await call(page, "POST", "/datasets", { name: "Pulled", key_field: "iata", fields });
    await page.goto(`${appliance.url}/syncs/new`);
    await choose(page, /Direction/, "Pull");
    await choose(page, /Dataset/, "Pulled");
    await page.getByRole("button", { name: "Continue" }).click();
    await choose(page, /Base/, "Sandbox");
    await choose(page, /Table/, "Airports");
    await page.getByRole("button", { name: "Continue" }).click();
    await inspect(page, "pull-mapping");
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByLabel("Name", { exact: true }).fill(sync);
    await page.getByText("Read what has changed, and the whole table now and then").click();
    await page.getByLabel("Read the whole table once in so many hours").fill("6");
    await inspect(page, "pull-rules");
    await page.getByRole("button", { name: "Create and run" }).click();
    await seePage(page, `Run of ${sync}`);
    await page.getByText(done).waitFor({ timeout: 60_000 });
    assert.ok((await records(page)) > 0);
  });

  it("takes back what was brought, once a plan of that is approved", async () => {
    const { page } = stage;
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("button", { name: "Make the plan" }).click();
    await seePage(page, `Plan of ${sync}`);
    await page.getByText("Waits for approval").waitFor({ timeout: 60_000 });
    await inspect(page, "pull-undo-plan");
    await takeBack(page, sync);
    await inspect(page, "pull-undone");
    assert.equal(await records(page), 0);
  });

  it("waits with what is gone for as long as it is told to", async () => {
    const { page } = stage;
    await page.getByRole("link", { name: "To the sync" }).click();
    await seePage(page, sync);
    await page.getByText(/the whole table once in 6 hours/).waitFor();
    await page.getByRole("button", { name: "Change what is deleted here" }).click();
    await page.getByText("Delete here what this sync has brought").click();
    await page.getByLabel("Delete at most so many here in one run").fill("7");
    await inspect(page, "gone-form");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText(/more than 7 records, or 20 % of those that are linked/).waitFor();
    await page.getByRole("button", { name: "Change how long it waits" }).click();
    await page.getByLabel("Hours", { exact: true }).fill("24");
    await inspect(page, "quarantine-form");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText(/missing for 24 hours/).waitFor();
    await inspect(page, "quarantine");
  });

  it("runs by itself at its time", async () => {
    const { page, appliance } = stage;
    const { id } = await synced(page);
    await page.goto(`${appliance.url}/syncs/${id}`);
    const runs = page.getByRole("region", { name: "Runs of this sync" });
    const links = runs.getByRole("link", { name: sync });
    await links.first().waitFor();
    const before = await links.count();
    const schedule = { every: "cron", cron: "* * * * *", zone: "UTC" };
    await call(page, "PUT", `/syncs/${id}/schedule`, schedule);
    await page.reload();
    await links.nth(before).waitFor(patience);
    await links.first().click();
    await seePage(page, `Run of ${sync}`);
    await page.getByText(done).waitFor({ timeout: 60_000 });
    await inspect(page, "run-scheduled");
    await call(page, "PUT", `/syncs/${id}/schedule`, { ...schedule, paused: true });
    assert.ok((await records(page)) > 0);
  });
}

async function synced(page) {
  const { items } = await call(page, "GET", "/syncs");
  return items.find(({ name }) => name === sync);
}

async function records(page) {
  const { items } = await call(page, "GET", "/datasets");
  return items.find(({ name }) => name === "Pulled").records;
}
