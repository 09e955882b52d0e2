import { expect, it } from "vitest";
import { keepReturned, takeReturned } from "./returned";

it.each([
  ["?state=s&code=c", { state: "s", code: "c" }],
  ["?state=s&error=access_denied", { state: "s", error: "access_denied" }],
  ["?state=1e5&code=007", { state: "1e5", code: "007" }],
  ["?state=s&code=c&error=e", { state: "s", error: "e" }],
  ["?code=c", undefined],
  ["?state=s", undefined],
  ["", undefined],
])("%s is read once", (query, expected) => {
  keepReturned(query);
  expect(takeReturned()).toEqual(expected);
  expect(takeReturned()).toBeUndefined();
});
