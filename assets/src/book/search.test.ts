import { expect, it } from "vitest";
import { fromInput, isNarrowed, readBookSearch, toInput } from "./search";

it("keeps what makes sense", () => {
  const search = { outcome: "maybe", from: "soon", until: "2026-11-22T04:15:00Z", line: "x", q: 7 };
  expect(readBookSearch(search)).toEqual({ q: "7", until: "2026-11-22T04:15:00.000Z" });
  expect(readBookSearch({ outcome: "open", line: 12, code: "WB-DATA-001" })).toEqual({
    outcome: "open",
    line: "12",
    code: "WB-DATA-001",
  });
});

it("an open line narrows nothing", () => {
  expect(isNarrowed({ line: "7" })).toBe(false);
  expect(isNarrowed({ line: "7", q: "ada" })).toBe(true);
});

it("a moment goes through an input and back", () => {
  const moment = "2026-11-22T04:15:00.000Z";
  expect(fromInput(toInput(moment))).toBe(moment);
  expect(toInput(undefined)).toBe("");
  expect(fromInput("")).toBeUndefined();
});
