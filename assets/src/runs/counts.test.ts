import { expect, it } from "vitest";
import { run } from "../testing/samples";
import { activityOf, ledgerOf, settledOf } from "./counts";
import { hasEnded, outcomeStatus, runStatus } from "./state";

it("every settled record stands in one entry of the ledger", () => {
  expect(ledgerOf(run.counts).map(({ count }) => count)).toEqual([6, 1, 0, 2, 1, 0]);
  expect(settledOf(run.counts)).toBe(run.counts.read);
});

it.each([
  ["queued", undefined, "Waits for its turn."],
  ["running", "reading", "Reads what is there."],
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
});

it("only done and failed are the end", () => {
  const states = ["queued", "running", "waiting", "done", "failed"] as const;
  expect(states.filter((state) => hasEnded({ state }))).toEqual(["done", "failed"]);
  expect(states.map((state) => runStatus({ ...run, state }).label)).toHaveLength(5);
});

it("each outcome has its word", () => {
  const states = ["created", "changed", "matched", "unchanged", "refused", "unknown"] as const;
  expect(states.map((state) => outcomeStatus(state).label.toLowerCase())).toEqual(states);
});
