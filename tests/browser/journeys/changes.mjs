// Notion is had to tell of changes by hand: an address, a token, a first signed event.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { it } from "node:test";
import { request } from "playwright-core";
import { inspect } from "../browser.mjs";
import { seePage } from "./first.mjs";

const token = "secret_thatNotionSends0001";

export function changesJourney(stage) {
  it("leads through what Notion wants set up by hand, and shows the token once", async () => {
    const { page, appliance } = stage;
    await page.goto(`${appliance.url}/connections/new`);
    await page.getByRole("radio", { name: "Notion", exact: true }).check({ force: true });
    await page.getByRole("radio", { name: /The sandbox/ }).check({ force: true });
    await page.getByLabel("Name").fill("Notes");
    await page.getByLabel("Integration secret").fill("ntn_anyOfTenCharacters");
    await page.getByRole("button", { name: "Connect and test" }).click();
    await seePage(page, "Notes");
    await page.getByRole("button", { name: "Draw an address" }).click();
    const address = await page.getByText(/\/pings\/[0-9a-f]{40}$/).textContent();
    await inspect(page, "changes-waiting");
    // The sandbox calls no address with TLS: here the test is Notion, who has no session.
    const notion = await request.newContext({ ignoreHTTPSErrors: true });
    const told = (body, headers = {}) =>
      notion.post(`${appliance.url}${new URL(address).pathname}`, {
        data: body,
        headers: { "content-type": "application/json", ...headers },
      });
    assert.equal((await told(JSON.stringify({ verification_token: token }))).status(), 204);
    await page.getByRole("button", { name: "Show the token" }).click();
    await page.getByText(token).waitFor();
    await inspect(page, "changes-token");
    await page.reload();
    await page.getByText("It was shown already").waitFor();
    assert.equal(await page.getByText(token).count(), 0);
    const event = JSON.stringify({ type: "page.created", entity: { id: "p", type: "page" } });
    const digits = createHmac("sha256", token).update(event).digest("hex");
    const forged = await told(event, { "x-notion-signature": `sha256=${"0".repeat(64)}` });
    assert.equal(forged.status(), 404);
    const signed = await told(event, { "x-notion-signature": `sha256=${digits}` });
    assert.equal(signed.status(), 204);
    await page.getByText("Last told").waitFor();
    await inspect(page, "changes-active");
    await page.getByRole("button", { name: "Stop listening" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Stop listening" }).click();
    await page.getByRole("button", { name: "Draw an address" }).waitFor();
    assert.equal((await told(event, { "x-notion-signature": `sha256=${digits}` })).status(), 404);
    await notion.dispose();
  });

  it("pastes address and token at the sandbox as at Notion", async () => {
    const { page, appliance } = stage;
    await page.goto(appliance.sandboxUrl);
    await page.getByLabel("Webhook URL").fill("http://127.0.0.1:9/nobody");
    await page.getByRole("button", { name: "Create subscription" }).click();
    await page.getByText(/nobody: unverified/).waitFor();
    await page.getByLabel(/Verification token of/).fill("secret_wrong");
    await page.getByRole("button", { name: /Verify subscription/ }).click();
    await page.getByText(/not the one that was sent/).waitFor();
    await inspect(page, "sandbox-webhooks");
    await page.getByRole("button", { name: /^Delete: / }).click();
    await page.getByText("Nobody is told of changes").waitFor();
  });
}
