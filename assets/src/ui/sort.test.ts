import { expect, it } from "vitest";
import { sortOf, sortRows } from "./sort";

it("a head leads from no order to rising, to falling, and back", () => {
  expect(sortOf("name", undefined)).toEqual({ state: "none", next: "name" });
  expect(sortOf("name", "name")).toEqual({ state: "ascending", next: "-name" });
  expect(sortOf("name", "-name")).toEqual({ state: "descending", next: undefined });
});

it("figures sort as figures, names as people sort them, and what is missing comes last", () => {
  const rows = [{ n: 10 }, { n: undefined }, { n: 9 }];
  expect(sortRows(rows, ({ n }) => n, "ascending").map(({ n }) => n)).toEqual([9, 10, undefined]);
  expect(sortRows(rows, ({ n }) => n, "descending").map(({ n }) => n)).toEqual([10, 9, undefined]);
  const names = ["item 10", "Item 9", "été"];
  expect(sortRows(names, (name) => name, "ascending")).toEqual(["été", "Item 9", "item 10"]);
});
