import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Conflict } from "../api/types";
import { fakeAppliance } from "../testing/appliance";
import { openPage } from "../testing/open";
import { conflict, sync, twoWaySync } from "../testing/samples";
import { outcomesOf } from "./outcomes";

const early = "2026-11-22T04:15:00.000Z";
const late = "2026-11-22T04:16:00.000Z";

function newest(change: Partial<Conflict>, removals?: Parameters<typeof outcomesOf>[1]) {
  const found = outcomesOf({ ...conflict, ...change }, removals).find(
    ({ rule }) => rule === "newest",
  );
  return { takes: found?.takes, why: found?.why };
}

async function openRules(found: Conflict) {
  const appliance = fakeAppliance({
    "GET /syncs": { items: [sync, twoWaySync] },
    "GET /conflicts": { items: [found] },
    "GET /syncs/{id}": { ...twoWaySync, gone: "delete" },
  });
  const { user } = await openPage("/conflicts", "Conflicts");
  await user.click(await screen.findByRole("button", { name: "LAX" }));
  const sheet = within(await screen.findByRole("dialog", { name: "LAX" }));
  const rows = () => {
    const table = sheet.getByRole("region", { name: "What the rules would take now" });
    return within(table)
      .getAllByRole("row")
      .slice(1)
      .map(({ textContent }) => textContent);
  };
  return { appliance, sheet, rows };
}

it("the sheet says of each rule whose values it would take now, and why", async () => {
  const { appliance, rows } = await openRules(conflict);
  expect(rows()).toEqual([
    expect.stringMatching(/^What is here.*name: Los Angeles Intlcity: L\.A\.The dataset is right/),
    expect.stringMatching(/^What is there.*name: LA Internationalcity: emptyThe table is right/),
    expect.stringMatching(/^The newest.*it waits for somebody\.The provider does not tell when/),
  ]);
  expect(appliance.calls("GET /syncs/{id}")).toEqual([]);
});

it("of a deletion it says what the sync would make of it by each rule", async () => {
  const { sheet, rows } = await openRules({ ...conflict, kind: "deleted_there" });
  expect(await sheet.findByText(/It is deleted here too/)).toBeVisible();
  expect(sheet.getByText("Deleted, not known when")).toBeVisible();
  expect(rows()).toEqual([
    expect.stringMatching(/^What is here.*made there again/),
    expect.stringMatching(/^What is there.*deleted here too/),
    expect.stringMatching(/^The newest.*made there again.*the edit counts as newer/),
  ]);
});

it("the newest wins with the times that tell it", () => {
  const told = { local_changed_at: early, remote_changed_at: late };
  expect(newest({ ...told, newer: "remote" })).toEqual({
    takes: ["name: LA International", "city: empty"],
    why: expect.stringMatching(/^Changed there last, by .*; here at /),
  });
  expect(
    newest({ local_changed_at: late, remote_changed_at: early, newer: "local" }),
  ).toMatchObject({
    takes: ["name: Los Angeles Intl", "city: L.A."],
    why: expect.stringMatching(/^Changed here last/),
  });
  expect(newest({ ...told, newer: "local" }).why).toMatch(/not tell the time closely enough/);
  expect(newest({ local_changed_at: undefined, remote_changed_at: late }).why).toMatch(
    /changed here is not known/,
  );
});

it("an edit is newer than a deletion, whichever side has made it", () => {
  const edited = { kind: "deleted_here", remote_changed_at: early } as const;
  expect(newest(edited)).toMatchObject({
    takes: ["It is brought back here."],
    why: expect.stringMatching(/^It was changed there at .*nobody knows when it was deleted/),
  });
  expect(newest({ kind: "deleted_there", local_changed_at: undefined }).why).toMatch(
    /^It was changed here; nobody knows/,
  );
});

it("what becomes of a deleted record is what the sync does with such records", () => {
  const { deletes } = sync;
  const local = (removals?: Parameters<typeof outcomesOf>[1]) =>
    outcomesOf({ ...conflict, kind: "deleted_here" }, removals)[0]?.takes[0];
  const remote = (removals?: Parameters<typeof outcomesOf>[1]) =>
    outcomesOf({ ...conflict, kind: "deleted_there" }, removals)[1]?.takes[0];
  expect(local()).toMatch(/^What the sync does there/);
  expect(local({ deletes: { ...deletes, policy: "ignore" } })).toMatch(/stays there alone/);
  expect(local({ deletes: { ...deletes, policy: "delete", matched: false } })).toMatch(
    /deleted there too if this sync has made it/,
  );
  expect(local({ deletes: { ...deletes, policy: "archive", matched: true } })).toBe(
    "It is archived there too.",
  );
  expect(remote()).toMatch(/^What the sync does here/);
  expect(remote({ deletes, gone: "keep" })).toMatch(/stays here alone/);
});
