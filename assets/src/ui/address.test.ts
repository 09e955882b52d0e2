import { expect, it } from "vitest";
import { changeSearch, parseSearch, readTexts, stringifySearch } from "./address";

it("reads the parts it knows, as texts, and leaves out the empty ones", () => {
  const search = { q: 7, sort: "", code: "x", odd: "y", isOpen: true, list: [1] };
  expect(readTexts(search, ["q", "sort", "code", "isOpen", "list"])).toEqual({
    q: "7",
    code: "x",
    isOpen: "true",
  });
});

it("a part that is emptied leaves the address", () => {
  expect(changeSearch({ q: "a", sort: "name" }, { q: "", sort: undefined })).toEqual({});
  expect(changeSearch({ q: "a", sort: "name" }, { q: "b" })).toEqual({ q: "b", sort: "name" });
});

it("texts stand in the address as they are, whatever they look like, and come back so", () => {
  const texts = { line: "549", q: "1.50", key: "{", code: "0012" };
  const address = stringifySearch({ ...texts, map: { a: "b" }, edit: true });
  expect(address).toContain("line=549&q=1.50");
  expect(readTexts(parseSearch(address), ["line", "q", "key", "code"])).toEqual(texts);
  expect(parseSearch(address)).toMatchObject({ map: { a: "b" }, edit: true });
});
