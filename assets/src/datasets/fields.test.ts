import { expect, it } from "vitest";
import { airports } from "../testing/samples";
import {
  addField,
  changeField,
  choicesOf,
  draftFields,
  droppedFields,
  finishFields,
} from "./fields";

const drafts = draftFields(airports.fields);

it("an untouched schema is sent as it was", () => {
  expect(finishFields(drafts)).toEqual(airports.fields);
});

it("a new field is an empty text with a number of its own", () => {
  const [first] = addField([]);
  const added = addField(drafts).at(-1);
  expect([first?.id, added?.id, added?.type]).toEqual([0, 4, "text"]);
});

it("choices of a field that is no choice any more are not sent", () => {
  const changed = changeField(drafts, 2, { type: "text" });
  expect(finishFields(changed)[2]).toEqual({
    name: "state",
    type: "text",
    required: false,
    indexed: true,
  });
});

it("a field that was removed or renamed counts as dropped", () => {
  const [code, name, , latitude] = drafts;
  const kept = [code, name, latitude].filter((draft) => draft !== undefined);
  expect(droppedFields(airports.fields, kept)).toEqual(["state"]);
  expect(droppedFields(airports.fields, drafts)).toEqual([]);
});

it("choices are lines, blank ones apart", () => {
  expect(choicesOf("CA\n\n New York \n  ")).toEqual(["CA", " New York "]);
});
