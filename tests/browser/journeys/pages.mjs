// Every page, held against the rules of accessibility, in light and dark, wide and narrow.
import { it } from "node:test";
import { inspect } from "../browser.mjs";
import { seePage } from "./first.mjs";

export function everyPage(stage) {
  for (const [name, path, heading] of plainPages) {
    it(`${name} is accessible`, async () => {
      const { page, appliance } = stage;
      await page.goto(`${appliance.url}${path}`);
      await seePage(page, heading);
      await settled(page);
      await inspect(page, name);
    });
  }

  for (const [name, path, title, keys] of openPages) {
    it(`${name} is accessible`, async () => {
      const { page, appliance } = stage;
      await page.goto(`${appliance.url}${path}`);
      if (keys) {
        await page.getByRole("heading", { level: 1 }).waitFor();
        await page.keyboard.press(keys);
      }
      await page.getByRole("dialog", { name: title }).waitFor();
      await settled(page);
      await inspect(page, name);
    });
  }

  for (const [name, path, button, title] of pressedPages) {
    it(`${name} is accessible`, async () => {
      const { page, appliance } = stage;
      await page.goto(`${appliance.url}${path}`);
      await page.getByRole("button", { name: button }).click();
      await page.getByRole("dialog", { name: title }).waitFor();
      await settled(page);
      await inspect(page, name);
    });
  }

  for (const [name, steps, sign] of reachedPages) {
    it(`${name} is accessible`, async () => {
      const { page, appliance } = stage;
      await page.goto(appliance.url);
      for (const [role, words] of steps) {
        await page.getByRole(role, { name: words, exact: true }).first().click();
      }
      if (sign) await page.getByText(sign).first().waitFor();
      await settled(page);
      await inspect(page, name);
    });
  }

  it("an operation is tried out in the explorer", async () => {
    const { page, appliance } = stage;
    await page.goto(`${appliance.url}/developers?op=listDatasets`);
    await page.getByRole("button", { name: "Send", exact: true }).click();
    const answer = page.getByRole("region", { name: "The answer" });
    await answer.getByText(/^200/).first().waitFor();
    await answer.getByText(/"Airports"/).first().waitFor();
    await inspect(page, "api-answer");
    await page.goto(`${appliance.url}/developers?op=verifyAuditLog`);
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("dialog", { name: "Send POST /audit/verify?" }).waitFor();
    await inspect(page, "api-question");
    await page.getByRole("button", { name: "Send it" }).click();
    await answer.getByText(/^202/).first().waitFor();
  });

  it("the book is verified on its page", async () => {
    const { page, appliance } = stage;
    await page.goto(`${appliance.url}/book`);
    await page.getByRole("button", { name: "Verify now" }).click();
    await page.getByText(/^Verified up to line [\d,]+, intact$/).waitFor();
    await inspect(page, "book-verified");
  });

  it("the sign-in is accessible", async () => {
    const { page, appliance } = stage;
    await page.context().clearCookies();
    await page.goto(`${appliance.url}/signin`);
    await seePage(page, "Sign in");
    await inspect(page, "signin");
  });

  it("the set-up is accessible", async () => {
    const { page, appliance } = stage;
    await page.goto(`${appliance.url}/setup`);
    await seePage(page, "Set up Weighbridge");
    await inspect(page, "setup");
  });
}

const plainPages = [
  ["overview", "/", "Overview"],
  ["sites", "/sites", "Sites"],
  ["new-site", "/sites/new", "New site"],
  ["datasets", "/datasets", "Datasets"],
  ["new-dataset", "/datasets/new", "New dataset"],
  ["connections", "/connections", "Connections"],
  ["new-connection", "/connections/new", "New connection"],
  ["syncs", "/syncs", "Syncs"],
  ["new-sync", "/syncs/new", "New sync"],
  ["runs", "/runs", "Runs"],
  ["health", "/health", "Health"],
  ["calendar", "/calendar", "Calendar"],
  ["account", "/account", "Your account"],
  ["users", "/users", "Users"],
  ["book", "/book", "Book"],
  ["system", "/system", "System"],
  ["narrowed-book", "/book?outcome=success&reads=no&q=ada", "Book"],
  ["api", "/developers", "API"],
  ["api-operation", "/developers?op=changeRecords", "API"],
  ["datasets-none-fits", "/datasets?q=zebra", "Datasets"],
  ["no-page", "/nowhere", "There is no such page"],
];

/** Dialogs that an address or a key opens. */
const openPages = [
  ["book-line", "/book?line=3", "Line 3"],
  ["new-user", "/users?user=new", "New user"],
  ["help", "/", "Keyboard shortcuts", "?"],
  ["palette", "/", /Find a page/, "Control+k"],
];

const toAirports = [
  ["link", "Datasets"],
  ["link", "Airports"],
];

const toSync = [
  ["link", "Syncs"],
  ["link", "Airports to Sandbox"],
];

/** The way from the overview, and what tells that the page has come to rest where that takes longer. */
const reachedPages = [
  ["records", toAirports],
  ["record", [...toAirports, ["link", "00M"]]],
  ["filter-help", [...toAirports, ["button", "How filters are written"]]],
  ["imports", [...toAirports, ["link", "Imports"]]],
  ["import-report", [...toAirports, ["link", "Imports"], ["button", "airports.csv"]]],
  ["dataset-sharing", [...toAirports, ["link", "Sharing"]], "Nobody else has it."],
  ["dataset-settings", [...toAirports, ["link", "Settings"]]],
  ["dataset-deletion", [...toAirports, ["link", "Settings"], ["button", "Delete dataset"]]],
  [
    "connection",
    [
      ["link", "Connections"],
      ["link", "Practice"],
    ],
  ],
  ["sync", toSync, "It runs only when somebody asks"],
  ["schedule", [...toSync, ["link", "Run by itself…"]], "The next ten times"],
  ["mapping", [...toSync, ["button", "Edit"]]],
  ["plan-menu", [...toSync, ["button", "Plan"]]],
  [
    "plan",
    [...toSync, ["button", "Plan"], ["menuitem", "Compare with what was agreed last"]],
    "Waits for approval",
  ],
  [
    "run",
    [
      ["link", "Runs"],
      ["link", "Airports to Sandbox"],
    ],
  ],
];

/** Dialogs that a button of a page opens. */
const pressedPages = [["new-token", "/account", "New token", "New token"]];

/** Waits until nothing is being read any more. */
export async function settled(page) {
  await page.waitForFunction(() => document.querySelector(".skeleton") === null);
}
