import { expect, it } from "vitest";
import { findOperation, readApi, searchApi } from "./document";
import { sampleApi } from "./sample";

const api = readApi(sampleApi);

it("groups operations by subject and leaves out what has none", () => {
  const names = api.groups.map(({ name, operations }) => [name, operations.map(({ id }) => id)]);
  expect(names).toEqual([["Things", ["getThing", "deleteThing", "createThing"]]]);
});

it("knows what an operation takes and answers, errors with their codes", () => {
  const one = findOperation(api, "getThing");
  expect(one?.parameters.map(({ name, place }) => [name, place])).toEqual([
    ["id", "path"],
    ["fields", "query"],
    ["If-None-Match", "header"],
  ]);
  expect(one?.answers.map(({ status, code }) => [status, code])).toEqual([
    ["200", undefined],
    ["404", "not_found"],
  ]);
  expect(findOperation(api, "deleteThing")).toMatchObject({ isOpen: true, about: "" });
  expect(findOperation(api, "nothing")).toBeUndefined();
});

it("finds operations by every word of what is sought", () => {
  const found = (q: string) => searchApi(api.groups, q).flatMap(({ operations }) => operations);
  expect(found("thing DELETE").map(({ id }) => id)).toEqual(["deleteThing"]);
  expect(found("/things/{id}")).toHaveLength(2);
  expect(searchApi(api.groups, "zebra")).toEqual([]);
});
