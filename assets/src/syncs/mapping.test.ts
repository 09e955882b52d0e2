import { expect, it } from "vitest";
import { airports, remoteTable } from "../testing/samples";
import {
  changeDraft,
  changesOf,
  draftMapping,
  draftProposal,
  finishMapping,
  pointField,
  writableFields,
} from "./mapping";

it("a mapping survives being opened and closed, in the dataset's order", () => {
  const mapping = [
    { field: "name", remote_field_id: "fld-name" },
    { field: "code", remote_field_id: "fld-code" },
  ];
  expect(finishMapping(draftMapping(mapping), airports.fields)).toEqual(mapping.toReversed());
});

it("a remote field takes from one field only", () => {
  expect(pointField({ code: "a", name: "b" }, "name", "a")).toEqual({ name: "a" });
});

it("a field can stay here", () => {
  expect(pointField({ code: "a", name: "b" }, "name", "")).toEqual({ code: "a" });
});

it("what a proposal takes for the key is where the key field goes", () => {
  const proposal = {
    mapping: [{ field: "name", remote_field_id: "fld-code", reason: "like name" }],
    remote_key_field_id: "fld-code",
    unmapped_fields: [],
    problems: [],
  };
  expect(draftProposal(proposal, "code")).toEqual({ code: "fld-code" });
});

it("computed fields are not offered", () => {
  expect(writableFields(remoteTable.fields).map(({ id }) => id)).toEqual(["fld-code", "fld-name"]);
});

it("what was changed about a proposal leads from it to the draft", () => {
  const proposed = { code: "1", name: "2", city: "3" };
  const draft = { code: "2", name: "1", state: "4" };
  const changes = changesOf(proposed, draft);
  expect(changes).toEqual({ code: "2", name: "1", city: "", state: "4" });
  expect(changeDraft(proposed, changes)).toEqual(draft);
  expect(changesOf(proposed, proposed)).toEqual({});
});
