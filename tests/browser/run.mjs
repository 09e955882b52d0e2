// The journeys, one after the other, in one browser at one appliance.
//
//   WEIGHBRIDGE_BIN=target/release/weighbridge CHROMIUM=/usr/bin/chromium npm test
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startAppliance } from "./appliance.mjs";
import { openBrowser } from "./browser.mjs";
import { analyticsJourney } from "./journeys/analytics.mjs";
import { approvalJourney } from "./journeys/approval.mjs";
import { changesJourney } from "./journeys/changes.mjs";
import { conflictsJourney } from "./journeys/conflicts.mjs";
import { demoJourney } from "./journeys/demo.mjs";
import { firstJourney } from "./journeys/first.mjs";
import { keyboardJourney } from "./journeys/keyboard.mjs";
import { lettersJourney } from "./journeys/letters.mjs";
import { limitsJourney } from "./journeys/limits.mjs";
import { oauthJourney } from "./journeys/oauth.mjs";
import { everyPage } from "./journeys/pages.mjs";
import { pullJourney } from "./journeys/pull.mjs";
import { reportsJourney } from "./journeys/reports.mjs";
import { sandboxJourney } from "./journeys/sandbox.mjs";
import { scheduleJourney } from "./journeys/schedule.mjs";
import { undoJourney } from "./journeys/undo.mjs";

const binary = process.env.WEIGHBRIDGE_BIN;

describe("in the browser", { timeout: 600_000 }, () => {
  const stage = {};

  before(async () => {
    assert.ok(binary, "WEIGHBRIDGE_BIN must name the binary to test");
    stage.appliance = await startAppliance(binary);
    stage.browser = await openBrowser();
    stage.page = stage.browser.context.pages()[0];
    stage.page.setDefaultTimeout(10_000);
  });

  after(async () => {
    await stage.browser?.close();
    await stage.appliance?.stop();
  });

  firstJourney(stage);
  keyboardJourney(stage);
  scheduleJourney(stage);
  lettersJourney(stage);
  approvalJourney(stage);
  conflictsJourney(stage);
  undoJourney(stage);
  pullJourney(stage);
  oauthJourney(stage);
  changesJourney(stage);
  analyticsJourney(stage);
  reportsJourney(stage);
  everyPage(stage);
  limitsJourney(stage);
  sandboxJourney(stage);
  demoJourney(stage);

  it("violates the content security policy nowhere, and no script throws", () => {
    assert.deepEqual(stage.browser.faults, []);
  });
});
