import { expect, it } from "vitest";
import { showValue } from "./show";

it.each([
  [undefined, ""],
  [null, ""],
  [true, "Yes"],
  [false, "No"],
  [0, "0"],
  ["text", "text"],
  [["a", 1], "a, 1"],
  [{ a: 1 }, '{"a":1}'],
])("%s is shown as %s", (value, shown) => {
  expect(showValue(value)).toBe(shown);
});
