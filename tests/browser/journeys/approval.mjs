// Nothing is written there that nobody has seen: plan, approve, run.
import assert from "node:assert/strict";
import { it } from "node:test";
import { inspect } from "../browser.mjs";
import { rename, seePage } from "./first.mjs";

const sync = "Airports to Sandbox";

export function approvalJourney(stage) {
  it("runs by approved plans alone once that is asked for", async () => {
    const { page, appliance } = stage;
    await page.goto(`${appliance.url}/datasets`);
    await page.getByRole("link", { name: "Airports" }).click();
    for (const key of ["00M", "ATL"]) await rename(page, key, `Planned ${key}`);
    await page.goto(`${appliance.url}/syncs`);
    await page.getByRole("link", { name: sync }).click();
    await page.getByRole("button", { name: "Run now" }).waitFor();
    await chooseApproval(page);
    await page.getByText("Runs need an approved plan now.").waitFor();
    await page.getByRole("button", { name: "Run now" }).waitFor({ state: "detached" });
  });

  it("shows the plan field by field, and asks before it is carried out", async () => {
    const { page } = stage;
    await page.getByRole("button", { name: "Plan", exact: true }).click();
    await page.getByRole("menuitem", { name: "Compare with what was agreed last" }).click();
    await seePage(page, `Plan of ${sync}`);
    await page.getByText("Waits for approval").waitFor({ timeout: 60_000 });
    await page.getByText("Planned ATL").waitFor();
    await inspect(page, "plan-ready");
    await page.getByRole("button", { name: "Approve and run" }).click();
    const question = page.getByRole("dialog", { name: "Approve this plan and run it?" });
    await question.getByText(/^2 records are written there, and nothing/).waitFor();
    await inspect(page, "plan-approval");
  });

  it("leaves it alone until it is approved, and then writes what is in it", async () => {
    const { page } = stage;
    const question = page.getByRole("dialog", { name: "Approve this plan and run it?" });
    await question.getByRole("button", { name: "Not yet" }).click();
    await question.waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Approve and run" }).click();
    await question.getByRole("button", { name: "Approve and run" }).click();
    await seePage(page, `Run of ${sync}`);
    await page.getByText("Done: every record is there, exactly once").waitFor({ timeout: 60_000 });
    const account = page.getByRole("table", { name: "Records of this run" });
    assert.equal(await account.getByRole("row", { name: /Changed/ }).innerText(), "Changed\t2");
    await page.getByRole("link", { name: "Carries out this plan" }).click();
    await page.getByText("It was carried out").waitFor();
    await inspect(page, "plan-executed");
  });

  it("runs without a plan again once that is allowed", async () => {
    const { page } = stage;
    await page.getByRole("link", { name: "To the sync" }).click();
    await seePage(page, sync);
    await chooseApproval(page);
    await page.getByText("Runs need no plan any more.").waitFor();
    await page.getByRole("button", { name: "Run now" }).waitFor();
  });
}

async function chooseApproval(page) {
  const choice = page.getByRole("checkbox", { name: /Runs need a plan/ });
  await choice.click({ force: true });
}
