import { expect, it } from "vitest";
import { datasetNameOf, formatOf } from "./file";

it.each([
  ["a.csv", "csv"],
  ["A.CSV", "csv"],
  ["a.b.json", "json"],
  ["a.ndjson", "ndjson"],
  ["a.jsonl", "ndjson"],
  ["a.xlsx", undefined],
  ["csv", undefined],
])("%s is taken for %s", (name, format) => {
  expect(formatOf(name)).toBe(format);
});

it("a file's name becomes a dataset's", () => {
  expect(datasetNameOf("us-airports_2026.csv")).toBe("Us airports 2026");
});
