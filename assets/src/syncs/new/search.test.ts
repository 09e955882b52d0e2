import { expect, it } from "vitest";
import { choose, readNewSyncSearch, stepOf } from "./search";

const ends = { dataset: "d", connection: "c" };
const whole = { ...ends, base: "b", table: "t", map: { name: "" }, name: "Mine" };

it("keeps what makes sense of an address", () => {
  expect(readNewSyncSearch({ ...whole, step: "mapping", typecast: true, odd: 1 })).toEqual({
    ...whole,
    step: "mapping",
    typecast: true,
  });
  expect(readNewSyncSearch({ step: "nowhere", map: [1], typecast: "yes" })).toEqual({});
  expect(readNewSyncSearch({ map: { a: 1 } })).toEqual({});
});

it("nobody comes to a step before its answers are there", () => {
  expect(stepOf({ step: "create" })).toBe("ends");
  expect(stepOf({ ...ends, step: "create" })).toBe("table");
  expect(stepOf({ ...ends, base: "b", step: "mapping" })).toBe("table");
  expect(stepOf({ ...whole, step: "create" })).toBe("create");
  expect(stepOf({ ...whole, step: "ends" })).toBe("ends");
  expect(stepOf({})).toBe("ends");
});

it("a change takes away what hung on it, and nothing else", () => {
  expect(choose(whole, { connection: "other" })).toEqual({ dataset: "d", connection: "other" });
  expect(choose(whole, { base: "other" })).toEqual({ ...ends, base: "other" });
  expect(choose(whole, { dataset: "other" })).toEqual({
    dataset: "other",
    connection: "c",
    base: "b",
    table: "t",
  });
  expect(choose(whole, { direction: "pull" })).toEqual({
    ...ends,
    base: "b",
    table: "t",
    direction: "pull",
  });
  expect(choose(whole, { step: "create" })).toEqual({ ...whole, step: "create" });
});
