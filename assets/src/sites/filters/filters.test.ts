import { expect, it } from "vitest";
import { valueWords } from "./dimensions";
import {
  type Filter,
  filterWords,
  hasFilter,
  readFilters,
  withFilter,
  writeFilters,
} from "./filters";
import { joined, parted } from "./parted";

const filters: Filter[] = [
  { dimension: "channel", operator: "is", values: ["email", "sms"] },
  { dimension: "page", operator: "starts_with", values: ["/a:b;c\\"] },
  { dimension: "source", operator: "is_not", values: [""] },
];

it("filters stand in the address and are read from it, whatever signs their values have", () => {
  const text = writeFilters(filters);
  expect(text).toBe("channel:is:email:sms;page:starts_with:/a\\\\:b\\;c\\\\\\\\;source:is_not:");
  expect(readFilters(text)).toEqual(filters);
});

it("no filter is no part of the address", () => {
  expect(writeFilters([])).toBeUndefined();
  expect(readFilters(undefined)).toEqual([]);
});

it("what is no filter is left out, and too many are cut off", () => {
  expect(readFilters("luck:is:1;page:near:/;page:is;device:is:mobile")).toEqual([
    { dimension: "device", operator: "is", values: ["mobile"] },
  ]);
  const many = Array.from({ length: 30 }, (_, page) => `page:is:/${page}`);
  expect(readFilters(many.join(";"))).toHaveLength(20);
  expect(readFilters("page:is:/;page:is:/")).toHaveLength(1);
});

it.each([
  [["a", "b"], "a:b"],
  [["", ""], ":"],
  [["a:b", "c\\"], "a\\:b:c\\\\"],
])("%j is written %s", (texts, text) => {
  expect(joined(texts, ":")).toBe(text);
  expect(parted(text, ":")).toEqual(texts);
});

it("a value is picked once", () => {
  expect(hasFilter(filters, "channel", "email")).toBe(false);
  const narrowed = withFilter(filters, "device", "mobile");
  expect(hasFilter(narrowed, "device", "mobile")).toBe(true);
  expect(narrowed).toHaveLength(4);
});

it("filters are told in words", () => {
  expect(filters.map(filterWords)).toEqual([
    "Channel is Email or SMS",
    "Page starts with /a:b;c\\",
    "Source is not No source",
  ]);
});

it.each([
  ["channel", "organic_search", "Organic search"],
  ["channel", "sms", "SMS"],
  ["channel", "", "Unassigned"],
  ["device", "mobile", "Mobile"],
  ["landing_page", "", "No page"],
  ["weekday", "monday", "Monday"],
  ["hour", "7", "07:00"],
  ["day", "2026-11-27", "Fri 27 Nov"],
  ["week", "2026-11-23", "23 – 29 Nov"],
  ["month", "2026-11", "Nov 2026"],
  ["page", "/a_b", "/a_b"],
] as const)("the %s “%s” is “%s”", (id, value, words) => {
  expect(valueWords(id, value)).toBe(words);
});
