import { expect, it } from "vitest";
import { firstSteps } from "./steps";

const states = (datasets: number, connections: number, syncs: number, runs: "done"[] = []) =>
  firstSteps({
    counts: { datasets, connections, syncs },
    lastRuns: runs.map((state) => ({ state })),
  }).map(({ state }) => state);

it("begin with the first that is not done", () => {
  expect(states(0, 0, 0)).toEqual(["next", "later", "later", "later"]);
  expect(states(1, 1, 0)).toEqual(["done", "done", "next", "later"]);
});

it("need no order", () => {
  expect(states(0, 1, 0)).toEqual(["next", "done", "later", "later"]);
});

it("end with the first finished run", () => {
  expect(states(1, 1, 1, ["done"])).toEqual(["done", "done", "done", "done"]);
});
