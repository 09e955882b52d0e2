import { expect, it } from "vitest";
import { run } from "../testing/samples";
import { activityOf, ledgerOf, settledOf } from "./counts";
import { hasEnded, outcomeStatus, runStatus } from "./state";

it("every settled record stands in one entry of the ledger", () => {
  expect(ledgerOf(run.counts).map(({ count }) => count)).toEqual([6, 1, 0, 2, 0, 1, 0, 0]);
  expect(settledOf(run.counts)).toBe(run.counts.read);
});

it.each([
  ["queued", undefined, "Waits for its turn."],
  ["running", "reading", "Reads what is there."],
  ["running", "listing", "Reads the remote records."],
  ["running", "planning", "Finds out what a run would do."],
  ["running", "writing", "Writes what differs."],
  ["running", "settling", "Settles what an earlier run left open."],
  ["running", undefined, "Works."],
] as const)("%s, %s: %s", (state, phase, words) => {
  expect(activityOf({ state, phase })).toBe(words);
});

it("a run with refusals is done, but not good", () => {
  expect(runStatus(run)).toMatchObject({ tone: "warn", label: "Done, with refusals" });
  const clean = { ...run, counts: { ...run.counts, refused: 0 } };
  expect(runStatus(clean)).toMatchObject({ tone: "good" });
  const held = { ...clean, counts: { ...clean.counts, held: 1 } };
  expect(runStatus(held)).toMatchObject({ tone: "warn", label: "Done, some held" });
});

it("only done, failed and cancelled are the end", () => {
  const states = ["queued", "running", "waiting", "done", "failed", "cancelled"] as const;
  expect(states.filter((state) => hasEnded({ state }))).toEqual(["done", "failed", "cancelled"]);
  expect(states.map((state) => runStatus({ ...run, state }).label)).toHaveLength(6);
});

it("each outcome has its word", () => {
  const states = [
    "created",
    "changed",
    "matched",
    "unchanged",
    "refused",
    "unknown",
    "held",
    "deleted",
  ] as const;
  expect(states.map((state) => outcomeStatus(state).label.toLowerCase())).toEqual(states);
});
