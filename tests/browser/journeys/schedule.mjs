// A sync that runs by itself: set in sight of its times, let rest, and taken back.
import assert from "node:assert/strict";
import { it } from "node:test";
import { inspect } from "../browser.mjs";
import { choose, seePage } from "./first.mjs";

const shown = 10;
const title = "Airports to Sandbox: Schedule";

export function scheduleJourney(stage) {
  it("sets a schedule in sight of the next ten times", async () => {
    const { page, appliance } = stage;
    await page.goto(`${appliance.url}/syncs`);
    await page.getByRole("link", { name: "Airports to Sandbox" }).click();
    await page.getByRole("link", { name: "Run by itself…" }).click();
    await seePage(page, title);
    await page.getByRole("radio", { name: "Every week" }).check({ force: true });
    for (const day of ["Tuesday", "Wednesday", "Friday"]) {
      await page.getByRole("checkbox", { name: day }).uncheck({ force: true });
    }
    await page.getByLabel("At", { exact: true }).fill("02:30");
    await chooseZone(page, "kolk", "Asia/Kolkata");
    const times = await readTimes(page, /^(Mon|Thu).* 02:30 \+05:30/);
    assert.equal(times.length, shown);
    for (const time of times) assert.match(time, /^(Mon|Thu).* 02:30 \+05:30/);
    await inspect(page, "schedule-days");
    await page.getByRole("button", { name: "Save" }).click();
    await seePage(page, "Airports to Sandbox");
    await page.getByText(/^Every Monday and Thursday at 02:30, Asia/).waitFor();
    await inspect(page, "sync-scheduled");
  });

  it("is told at its field what is wrong with a pattern, while it is written", async () => {
    const { page } = stage;
    await page.getByRole("link", { name: "Change the schedule" }).click();
    await seePage(page, title);
    await page.getByRole("radio", { name: "By pattern" }).check({ force: true });
    await page.getByRole("textbox", { name: "Pattern" }).fill("0 0 30 2 *");
    await page.getByText("it is never due").waitFor();
    await inspect(page, "schedule-faulty");
    await page.getByRole("textbox", { name: "Pattern" }).fill("*/20 9-10 * * *");
    const times = await readTimes(page, / (09|10):[024]0 /);
    assert.equal(times.length, shown);
    await page.getByRole("button", { name: "Leave it as it was" }).click();
    await page.getByText(/^Every Monday and Thursday at 02:30, Asia/).waitFor();
  });

  it("lets it rest and go on, and the list tells when it runs next", async () => {
    const { page } = stage;
    // What a click changes is shown a moment later: a check would look at once.
    const runs = page.getByRole("switch", { name: "Runs by itself" });
    await runs.click({ force: true });
    await page.getByText("Airports to Sandbox rests now.").waitFor();
    await page.getByText("None while it rests").waitFor();
    await runs.click({ force: true });
    await page.getByText("Airports to Sandbox runs by itself again.").waitFor();
    await page.getByRole("link", { name: "Syncs", exact: true }).first().click();
    await seePage(page, "Syncs");
    const row = page.getByRole("row", { name: /Airports to Sandbox/ });
    await row.getByText(/^(in \d+ (hour|day|minute)s?|tomorrow)$/).waitFor();
  });

  it("stands in the calendar, a week and a month at a time, by the clocks of its zone", async () => {
    const { page, appliance } = stage;
    await page.goto(`${appliance.url}/calendar`);
    await seePage(page, "Calendar");
    const days = page.getByRole("list", { name: "Days" });
    await days.getByRole("link", { name: /Airports to Sandbox.*, Done$/ }).first().waitFor();
    await choose(page, /By the clocks of/, "Asia/Kolkata");
    await page.getByRole("button", { name: "Next week" }).click();
    const planned = days.getByRole("link", { name: /^02:30 Airports to Sandbox ?, Planned$/ });
    await planned.nth(1).waitFor();
    assert.equal(await planned.count(), 2);
    await inspect(page, "calendar-week");
    await choose(page, /View/, "Month");
    await page.getByRole("button", { name: "Next month" }).click();
    await planned.nth(7).waitFor();
    await page.getByText("The same as a table").click();
    await page.getByRole("region", { name: "Calendar" }).waitFor();
    await inspect(page, "calendar-month");
    await page.reload();
    await planned.nth(7).waitFor();
    await planned.first().click();
    await seePage(page, "Airports to Sandbox");
    await page.getByRole("link", { name: "Syncs", exact: true }).first().click();
    await seePage(page, "Syncs");
  });

  it("removes it after a question", async () => {
    const { page } = stage;
    await page.getByRole("link", { name: "Airports to Sandbox" }).click();
    await page.getByRole("button", { name: "Remove the schedule" }).click();
    const question = page.getByRole("alertdialog");
    await question.getByText(/It was: Every Monday and Thursday/).waitFor();
    await question.getByRole("button", { name: "Remove the schedule" }).click();
    await page.getByText("It runs only when somebody asks").waitFor();
  });
}

async function chooseZone(page, typed, zone) {
  await page.getByRole("combobox", { name: "By the clocks of" }).fill(typed);
  await page.getByRole("option", { name: zone }).click();
  await page.getByRole("listbox").waitFor({ state: "detached" });
}

/** The times to come, once the last of them is as it should be. */
async function readTimes(page, like) {
  const times = page.getByRole("list", { name: "Times to come" }).getByRole("listitem");
  await times.nth(shown - 1).filter({ hasText: like }).waitFor();
  return times.allInnerTexts();
}
