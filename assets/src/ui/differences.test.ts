import { expect, it } from "vitest";
import { differencesOf } from "./differences";

it("names what they changed, what you changed, and what is new or gone", () => {
  const seen = { Name: "Airports", State: "text", Gone: "text" };
  const theirs = { Name: "Airfields", State: "text", New: "number" };
  const yours = { Name: "Airfields", State: "choice", New: "number" };
  expect(differencesOf(seen, theirs, yours)).toEqual([
    { part: "Name", seen: "Airports", theirs: "Airfields", yours: "Airfields" },
    { part: "State", seen: "text", theirs: "text", yours: "choice" },
    { part: "Gone", seen: "text", theirs: undefined, yours: undefined },
    { part: "New", seen: undefined, theirs: "number", yours: "number" },
  ]);
});

it("finds nothing where nobody changed anything", () => {
  expect(differencesOf({ Name: "A" }, { Name: "A" }, { Name: "A" })).toEqual([]);
});
