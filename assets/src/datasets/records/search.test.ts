import { expect, it } from "vitest";
import { readRecordSearch } from "./search";

it("keeps what it knows, as text", () => {
  expect(readRecordSearch({ q: 7, filter: "a = b", sort: "", other: "x", after: ["y"] })).toEqual({
    q: "7",
    filter: "a = b",
  });
});
