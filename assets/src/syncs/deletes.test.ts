import { expect, it } from "vitest";
import { describeDeletes, policiesOf, readDeletes, usualDeletes } from "./deletes";

const deleting = { ...usualDeletes, policy: "delete" } as const;

it("says what is deleted and when nothing is", () => {
  expect(describeDeletes(usualDeletes)).toBe("They stay there.");
  expect(describeDeletes(deleting)).toMatch(/if this sync has made them.*more than 100, or 25 %/);
  expect(describeDeletes({ ...deleting, matched: true })).toMatch(/those too that were there/);
  expect(describeDeletes({ ...deleting, policy: "archive" })).toMatch(/archived there/);
});

it("only what the provider can do is offered", () => {
  const values = (removals: ("archive" | "delete")[]) =>
    policiesOf({ removals }, false).map(({ value }) => value);
  expect(values(["delete"])).toEqual(["ignore", "delete"]);
  expect(values([])).toEqual(["ignore"]);
});

it("says of a two-way sync that what leaves its scope is not deleted", () => {
  const note = (isBoth: boolean) => policiesOf({ removals: ["delete"] }, isBoth).at(-1)?.note;
  expect(note(false)).toMatch(/none any more/);
  expect(note(true)).toBe("When a record is deleted here.");
});

it("an address is believed as far as it makes sense", () => {
  expect(readDeletes({ policy: "delete", most_records: 7 })).toEqual({
    ...deleting,
    most_records: 7,
  });
  for (const odd of [undefined, "delete", null, { policy: "ignore" }, { policy: "burn" }]) {
    expect(readDeletes(odd)).toBeUndefined();
  }
  expect(readDeletes({ policy: "delete", most_percent: "9" })).toEqual(deleting);
});
