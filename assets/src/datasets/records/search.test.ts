import { expect, it } from "vitest";
import { readRecordSearch, sortOf } from "./search";

it("keeps what it knows, as text", () => {
  expect(readRecordSearch({ q: 7, filter: "a = b", sort: "", other: "x", after: ["y"] })).toEqual({
    q: "7",
    filter: "a = b",
  });
});

it("a column's head leads up, down, and back to no order", () => {
  expect(sortOf("name", undefined)).toEqual({ state: "none", next: "name" });
  expect(sortOf("name", "name")).toEqual({ state: "ascending", next: "-name" });
  expect(sortOf("name", "-name")).toEqual({ state: "descending", next: undefined });
  expect(sortOf("name", "other").state).toBe("none");
});
