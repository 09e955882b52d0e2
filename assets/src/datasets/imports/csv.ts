import type { ImportProblem } from "../../api/types";

const head = ["line", "column", "field", "value", "reason"] as const;

/** The problems of an import as a CSV file (RFC 4180), safe to open in a spreadsheet. */
export function problemsAsCsv(problems: readonly ImportProblem[]): string {
  const rows = problems.map((problem) => head.map((name) => cell(problem[name])).join(","));
  return [head.join(","), ...rows, ""].join("\r\n");
}

/** A spreadsheet takes a text that starts so for a formula. */
const looksLikeFormula = /^[=+\-@\t\r]/;

function cell(value: string | number | undefined): string {
  if (typeof value !== "string") return String(value ?? "");
  const text = looksLikeFormula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
