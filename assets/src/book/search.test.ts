import { expect, it } from "vitest";
import { fromInput, isNarrowed, readBookSearch, toInput, wishOf } from "./search";

it("keeps what makes sense", () => {
  const search = { outcome: "maybe", from: "soon", to: "2026-11-22T04:15:00Z", line: "x", q: 7 };
  expect(readBookSearch(search)).toEqual({ q: "7", to: "2026-11-22T04:15:00.000Z" });
  expect(readBookSearch({ outcome: "failure", line: 12, code: "WB-DATA-001" })).toEqual({
    outcome: "failure",
    line: "12",
    code: "WB-DATA-001",
  });
});

it("an open line narrows nothing", () => {
  expect(isNarrowed({ line: "7", order: "oldest" })).toBe(false);
  expect(isNarrowed({ line: "7", q: "ada" })).toBe(true);
});

it("all but the open line is asked of the appliance", () => {
  const search = { line: "7", q: "ada", reads: "no", order: "oldest" } as const;
  expect(wishOf(search)).toEqual({ q: "ada", reads: false, order: "oldest" });
});

it("a moment goes through an input and back", () => {
  const moment = "2026-11-22T04:15:00.000Z";
  expect(fromInput(toInput(moment))).toBe(moment);
  expect(toInput(undefined)).toBe("");
  expect(fromInput("")).toBeUndefined();
});
