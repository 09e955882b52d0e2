import { expect, it } from "vitest";
import { changeSearch, readTexts } from "./address";

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
