// A connection by OAuth: denied, allowed, outliving its token, and connected anew.
import assert from "node:assert/strict";
import { it } from "node:test";
import { inspect } from "../browser.mjs";
import { runOnce, seePage } from "./first.mjs";

const callback = "Connecting your account";

export function oauthJourney(stage) {
  it("tells who denies that nothing was connected", async () => {
    const { page, appliance } = stage;
    await page.goto(`${appliance.url}/connections/new`);
    await page.getByRole("radio", { name: /The sandbox/ }).check({ force: true });
    await page.getByLabel("Name").fill("By OAuth");
    await inspect(page, "new-connection-oauth");
    await page.getByRole("button", { name: "Connect with Airtable" }).click();
    await page.getByText("asks to work with your bases").waitFor();
    await inspect(page, "sandbox-consent");
    await page.getByRole("button", { name: "Deny" }).click();
    await seePage(page, callback);
    await page.getByText("access was denied at the provider").waitFor();
    assert.equal(new URL(page.url()).search, "");
    await inspect(page, "oauth-denied");
    await page.getByRole("link", { name: "Begin anew" }).click();
    await seePage(page, "New connection");
  });

  it("connects who allows, and leaves no code in any address", async () => {
    const { page, appliance } = stage;
    await page.getByRole("radio", { name: /The sandbox/ }).check({ force: true });
    await page.getByLabel("Name").fill("By OAuth");
    await allow(page);
    await seePage(page, "By OAuth");
    await page.getByText("Active").waitFor();
    await page.getByText("data.records:write").waitFor();
    await inspect(page, "connection-oauth");
    await page.goBack();
    assert.ok(!page.url().includes("code="), page.url());
    await page.goto(`${appliance.url}/health`);
    await page.getByText(/unless it is used before/).first().waitFor();
    await inspect(page, "health-oauth");
  });

  it("runs a sync whose connection was allowed, and again when its token has ended", async () => {
    const { page, appliance } = stage;
    await page.goto(`${appliance.url}/connections`);
    await page.getByRole("link", { name: "Practice" }).click();
    await allow(page);
    await seePage(page, "Practice");
    await openSync(page, appliance);
    await runOnce(page);
    await strike(appliance, "token_expired");
    await openSync(page, appliance);
    await runOnce(page);
  });

  it("asks to be connected anew when access was taken back, and works again then", async () => {
    const { page, appliance } = stage;
    await strike(appliance, "grant_revoked");
    await page.goto(`${appliance.url}/connections`);
    await page.getByRole("link", { name: "Practice" }).click();
    await page.getByRole("button", { name: "Test" }).click();
    await page.getByText("Needs reconnecting").first().waitFor();
    await inspect(page, "connection-reconnect");
    await page.getByRole("button", { name: "Reconnect" }).click();
    await page.getByRole("button", { name: "Allow" }).click();
    await seePage(page, "Practice");
    await page.getByText("Active").first().waitFor();
    await openSync(page, appliance);
    await runOnce(page);
  });
}

async function allow(page) {
  await page.getByRole("button", { name: "Connect with Airtable" }).click();
  await page.getByRole("button", { name: "Allow" }).click();
}

async function openSync(page, appliance) {
  await page.goto(`${appliance.url}/syncs`);
  await page.getByRole("link", { name: "Airports to Sandbox" }).click();
}

/** Lets a fault strike the sandbox's next call. */
async function strike(appliance, fault) {
  const answer = await fetch(`${appliance.sandboxUrl}/_sandbox/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ fault }),
  });
  assert.equal(answer.status, 201, await answer.text());
}
