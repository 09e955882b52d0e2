// What a run wrote there is taken back: asked for at the run, shown in a plan, approved.
import { it } from "node:test";
import { inspect } from "../browser.mjs";
import { rename, runOnce, seePage } from "./first.mjs";

const sync = "Airports to Sandbox";

export function undoJourney(stage) {
  it("asks before a run is undone, and then shows what would come back", async () => {
    const { page, appliance } = stage;
    await page.goto(`${appliance.url}/datasets`);
    await page.getByRole("link", { name: "Airports" }).click();
    await rename(page, "ATL", "Regretted ATL");
    await page.goto(`${appliance.url}/syncs`);
    await page.getByRole("link", { name: sync }).click();
    await runOnce(page);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("dialog", { name: "Undo this run?" }).waitFor();
    await inspect(page, "undo-question");
    await page.getByRole("button", { name: "Make the plan" }).click();
    await seePage(page, `Plan of ${sync}`);
    await page.getByText("Waits for approval").waitFor({ timeout: 60_000 });
    await page.getByText("Planned ATL").waitFor();
    await page.getByText("Regretted ATL").waitFor();
    await inspect(page, "undo-plan");
  });

  it("takes back what the plan lists, and both runs lead to each other", async () => {
    const { page } = stage;
    await page.getByRole("button", { name: "Approve and run" }).click();
    const question = page.getByRole("dialog", { name: "Approve this plan and run it?" });
    await question.getByText(/The schedule of the sync then rests/).waitFor();
    await question.getByRole("button", { name: "Approve and run" }).click();
    await seePage(page, `Run of ${sync}`);
    await page
      .getByText("Done: what the run wrote is taken back")
      .waitFor({ timeout: 60_000 });
    await inspect(page, "undo-done");
    await page.getByRole("link", { name: "Undoes this run" }).click();
    await page.getByRole("link", { name: "Undone by this run" }).waitFor();
    await page.getByRole("button", { name: "Undo" }).waitFor({ state: "detached" });
  });

  it("writes again what the dataset says once somebody asks", async () => {
    const { page } = stage;
    await page.getByRole("link", { name: "To the sync" }).click();
    await seePage(page, sync);
    await runOnce(page);
  });
}
