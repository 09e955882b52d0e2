import { expect, it } from "vitest";
import { rangeOf } from "./picking";

const keys = ["a", "b", "c", "d"];

it("a range goes either way, and is one record where none was pressed before", () => {
  expect(rangeOf(keys, "b", "d")).toEqual(["b", "c", "d"]);
  expect(rangeOf(keys, "d", "b")).toEqual(["b", "c", "d"]);
  expect(rangeOf(keys, undefined, "c")).toEqual(["c"]);
  expect(rangeOf(keys, "of another page", "c")).toEqual(["c"]);
});
