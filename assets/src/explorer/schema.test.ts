import { expect, it } from "vitest";
import { sampleApi } from "./sample";
import { boundsOf, membersOf, sampleOf, typeOf } from "./schema";

const schemas = sampleApi.components?.schemas ?? {};
const thing = { $ref: "#/components/schemas/Thing" };

it("tells of each member its type, its bounds and whether it must be there", () => {
  const [name, kind, parts, size] = membersOf(thing, schemas);
  expect(name).toMatchObject({ type: "text", isRequired: true, bounds: "20 characters at most" });
  expect(kind).toMatchObject({ type: "one of", bounds: '"a", "b"; "a" without it' });
  expect(parts).toMatchObject({ type: "list of object", bounds: "3 items at most" });
  expect(size).toMatchObject({ type: "whole number", isRequired: false, bounds: "2 to 9" });
  expect(parts?.members.map(({ name }) => name)).toEqual(["name", "kind", "parts", "size"]);
});

it("comes to an end where a schema holds itself", () => {
  const depth = (members: ReturnType<typeof membersOf>): number =>
    1 + Math.max(0, ...members.map((member) => depth(member.members)));
  expect(depth(membersOf(thing, schemas))).toBeLessThan(10);
  expect(JSON.stringify(sampleOf(thing, schemas)).length).toBeLessThan(1_000);
});

it("makes a value to begin with: what must be there, and examples first", () => {
  expect(sampleOf({ ...thing, example: { name: "x" } }, schemas)).toEqual({ name: "x" });
  expect(sampleOf(thing, schemas)).toMatchObject({ name: "text", parts: [{ name: "text" }] });
  expect(sampleOf({ type: "string", format: "uuid" }, {})).toMatch(/^0199/);
  expect(sampleOf({ type: "boolean" }, {})).toBe(false);
  expect(sampleOf({ type: "integer", minimum: 0 }, {})).toBe(1);
  expect(sampleOf({ type: "object", properties: { a: { type: "number" } } }, {})).toEqual({ a: 1 });
});

it("takes in what a schema extends", () => {
  const extended = { allOf: [thing, { description: "More." }] };
  expect(membersOf(extended, schemas)).toHaveLength(4);
  expect(typeOf({ oneOf: [{ type: "boolean" }] }, {})).toBe("yes or no");
  expect(typeOf({}, {})).toBe("anything");
  expect(boundsOf({ minLength: 1 })).toBe("1 characters at least");
});
