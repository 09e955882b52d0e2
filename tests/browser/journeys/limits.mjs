// What a used-up limit looks like, and that it passes by itself. An appliance of its own, whose
// limit opens slowly enough to be looked at; by another name, since cookies are a host's.
import { after, before, it } from "node:test";
import { startAppliance } from "../appliance.mjs";
import { inspect } from "../browser.mjs";
import { person, seePage } from "./first.mjs";

/** Enough for a set-up, and then one call every fifteen seconds. */
const calls = 40;
const settings = `[limits]\napi_calls = "${calls} / 10 minutes"\n`;

export function limitsJourney(stage) {
  const small = {};

  before(async () => {
    small.appliance = await startAppliance(process.env.WEIGHBRIDGE_BIN, {
      host: "127.0.0.1",
      settings,
    });
  });

  after(() => small.appliance?.stop());

  it("says which limit is used up and when it opens, and goes on by itself", async () => {
    const { page } = stage;
    await page.goto(await small.appliance.setupLink());
    await page.getByLabel("Your name").fill(person.name);
    await page.getByLabel("E-mail").fill(person.email);
    await page.getByLabel("Password").fill(person.password);
    await page.getByRole("button", { name: "Set up and sign in" }).click();
    await seePage(page, "Overview");
    await page.evaluate(useUp, calls);
    await page.getByRole("link", { name: "Connections", exact: true }).first().click();
    const notice = page.getByText(/^The limit “.+” is used up; what is being read goes on/);
    await notice.waitFor();
    await inspect(page, "limit-used-up");
    // Nobody presses anything.
    await page.getByText("No connections yet").waitFor({ timeout: 60_000 });
    await notice.waitFor({ state: "detached", timeout: 60_000 });
  });
}

/** Calls, in the page, until the limit is met. */
async function useUp(most) {
  for (let made = 0; made <= most; made += 1) {
    const answer = await fetch("/api/v1/auth/session");
    if (answer.status === 429) return;
  }
  throw new Error(`${most} calls did not use the limit up`);
}
