import { expect, it } from "vitest";
import { callOf, missingIn, snippetOf } from "./call";
import { findOperation, type Operation, readApi } from "./document";
import { sampleApi } from "./sample";

const api = readApi(sampleApi);
const operation = (id: string) => findOperation(api, id) as Operation;

it("puts values where they belong, and leaves out what is empty", () => {
  const values = { id: "a/b", fields: "x y", "If-None-Match": '"1"' };
  const call = callOf(operation("getThing"), { values, body: "ignored" });
  expect(call).toEqual({
    method: "GET",
    path: "/things/a%2Fb?fields=x+y",
    headers: [["If-None-Match", '"1"']],
    body: undefined,
  });
  expect(callOf(operation("getThing"), { values: { id: "1" }, body: "" }).path).toBe("/things/1");
  // An empty id read as `/things/`, which is another address.
  expect(callOf(operation("getThing"), { values: {}, body: "" }).path).toBe("/things/{id}");
  expect(missingIn(operation("getThing"), { values: {}, body: "" })).toEqual(["id"]);
});

it("writes the same call for programs, whatever the values hold", () => {
  const body = '{"name": "it\'s"}';
  const call = callOf(operation("createThing"), { values: {}, body });
  const curl = snippetOf("curl", call, true);
  expect(curl).toContain(`curl -X POST '${location.origin}/api/v1/things'`);
  expect(curl).toContain("-H 'Authorization: Bearer wb_YOUR_TOKEN'");
  expect(curl).toContain(`--data-binary '{"name": "it'\\''s"}'`);
  const script = snippetOf("JavaScript", call, true);
  expect(script).toContain(`body: ${JSON.stringify(body)}`);
  expect(() => new Function(`return async () => {${script}}`)).not.toThrow();
  const python = snippetOf("Python", call, false);
  expect(python).toContain('method="POST"');
  expect(python).not.toContain("Authorization");
});
