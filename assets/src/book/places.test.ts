import { expect, it } from "vitest";
import { pageOf } from "./places";

it("things of a known kind have a page, others and nameless ones have none", () => {
  expect(pageOf({ kind: "dataset", id: "a/b", name: "" })).toBe("/datasets/a%2Fb");
  expect(pageOf({ kind: "user", id: "u", name: "" })).toBe("/users?user=u");
  expect(pageOf({ kind: "master key", id: "k", name: "" })).toBeUndefined();
  expect(pageOf({ kind: "user", id: "", name: "somebody" })).toBeUndefined();
});
