import { expect, it } from "vitest";
import { findStart } from "./start";

/** A book of `count` lines, one a second; counts how often it is asked. */
function bookOf(count: number) {
  const at = (sequence: number) => new Date(sequence * 1_000).toISOString();
  let asked = 0;
  const read = async (before: number | undefined) => {
    asked += 1;
    const sequence = Math.min((before ?? count + 1) - 1, count);
    return sequence >= 1 ? { sequence, time: at(sequence) } : undefined;
  };
  return { at, read, asked: () => asked };
}

it("finds the number before which all lines up to a moment stand, in few steps", async () => {
  const book = bookOf(1_000_000);
  expect(await findStart(book.at(123_456), book.read)).toBe(123_457);
  expect(book.asked()).toBeLessThan(25);
});

it("begins at the newest line where nothing is later, and before the first where all is", async () => {
  const book = bookOf(10);
  expect(await findStart(book.at(10), book.read)).toBeNull();
  expect(await findStart(book.at(0), book.read)).toBe(1);
  expect(await findStart(book.at(5), bookOf(0).read)).toBeNull();
});
