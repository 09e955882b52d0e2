import { expect, it } from "vitest";
import type { Dataset, FieldType } from "../../api/types";
import { airports, losAngeles } from "../../testing/samples";
import { changesOf, draftOf } from "./draft";

const before = draftOf(airports.fields, losAngeles.fields);

it("an untouched record has no changes", () => {
  expect(changesOf(airports, before, before)).toEqual({ changes: {}, faults: {} });
});

it("only what differs is sent, and an emptied field as null", () => {
  const after = { ...before, name: "", latitude: "34" };
  expect(changesOf(airports, before, after).changes).toEqual({ name: null, latitude: 34 });
});

it("the key may not be empty", () => {
  expect(changesOf(airports, before, { ...before, code: "" }).faults).toEqual({
    code: "This field is required.",
  });
});

function oneField(type: FieldType): Dataset {
  return { ...airports, fields: [{ name: "f", type, required: false, indexed: false }] };
}

it.each<[FieldType, string | string[], unknown]>([
  ["integer", "-7", -7],
  ["number", "1.5", 1.5],
  ["boolean", "false", false],
  ["json", '{"a":[1]}', { a: [1] }],
  ["choices", ["x"], ["x"]],
  ["choices", [], null],
  ["date", "2026-11-22", "2026-11-22"],
])("%s reads %j as %j", (type, text, value) => {
  const empty = draftOf(oneField(type).fields, { f: type === "choices" ? ["old"] : undefined });
  expect(changesOf(oneField(type), empty, { f: text }).changes).toEqual({ f: value });
});

it.each<[FieldType, string]>([
  ["integer", "1.5"],
  ["number", "north"],
  ["number", " "],
  ["json", "{a"],
])("%s does not take %j", (type, text) => {
  expect(changesOf(oneField(type), { f: "" }, { f: text }).faults.f).toBeTruthy();
});

it("opens JSON laid out, and lists as they are", () => {
  expect(draftOf(oneField("json").fields, { f: { a: 1 } }).f).toContain('\n  "a": 1');
  expect(draftOf(oneField("choices").fields, {}).f).toEqual([]);
});
