import { expect, it } from "vitest";
import { problemsAsCsv } from "./csv";

it("one line a problem, with quotes where RFC 4180 wants them", () => {
  const csv = problemsAsCsv([
    { line: 3, column: 4, field: "name", value: 'a "b", c', reason: "Too long." },
    { line: 9, reason: "Two\nlines." },
  ]);
  expect(csv).toBe(
    'line,column,field,value,reason\r\n3,4,name,"a ""b"", c",Too long.\r\n9,,,,"Two\nlines."\r\n',
  );
});

it.each(["=1+1", "+1", "-1", "@x"])("%s does not reach a spreadsheet as a formula", (value) => {
  expect(problemsAsCsv([{ line: 1, value, reason: "r" }])).toContain(`'${value}`);
});
