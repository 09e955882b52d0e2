import { expect, it } from "vitest";
import { safeBack } from "./back";

it.each([
  ["/datasets/7?q=a", "/datasets/7?q=a"],
  [undefined, "/"],
  ["", "/"],
  ["https://evil.example", "/"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["javascript:alert(1)", "/"],
])("a way back to %s leads to %s", (back, way) => {
  expect(safeBack(back)).toBe(way);
});
