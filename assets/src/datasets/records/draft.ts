import type { Dataset, Field } from "../../api/types";

/** A record while it is being edited: by field, the text in the input, or the choices ticked. */
export type Draft = Record<string, string | string[]>;

/** What an input held: a value to store (`null` empties the field), or what is wrong with it. */
type Read = { value: unknown } | { fault: string };

/** Opens a record for editing. */
export function draftOf(fields: readonly Field[], values: Record<string, unknown>): Draft {
  return Object.fromEntries(
    fields.map((field) => [field.name, draftValue(field, values[field.name])]),
  );
}

function draftValue({ type }: Field, value: unknown): string | string[] {
  if (type === "choices") return Array.isArray(value) ? value.map(String) : [];
  if (value === undefined || value === null) return "";
  return type === "json" ? JSON.stringify(value, undefined, 2) : String(value);
}

/** What changed between two drafts, ready to be sent; or the faults by field. */
export function changesOf(
  dataset: Dataset,
  before: Draft,
  after: Draft,
): { changes: Record<string, unknown>; faults: Record<string, string> } {
  const changes: Record<string, unknown> = {};
  const faults: Record<string, string> = {};
  for (const field of dataset.fields) {
    const draft = after[field.name] ?? "";
    const isRequired = field.required || field.name === dataset.key_field;
    const read = readDraft(field, draft, isRequired);
    if ("fault" in read) faults[field.name] = read.fault;
    else if (!isSame(draft, before[field.name])) changes[field.name] = read.value;
  }
  return { changes, faults };
}

function isSame(one: string | string[], other: string | string[] | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other ?? "");
}

function readDraft(field: Field, draft: string | string[], isRequired: boolean): Read {
  if (draft.length === 0)
    return isRequired ? { fault: "This field is required." } : { value: null };
  return Array.isArray(draft) ? { value: draft } : readText(field, draft);
}

function readText({ type }: Field, text: string): Read {
  switch (type) {
    case "integer":
      return /^-?\d+$/.test(text.trim())
        ? { value: Number(text) }
        : { fault: "A whole number, such as 42." };
    case "number":
      return text.trim() !== "" && Number.isFinite(Number(text))
        ? { value: Number(text) }
        : { fault: "A number with a point, such as 30.5." };
    case "boolean":
      return { value: text === "true" };
    case "json":
      return readJson(text);
    default:
      return { value: text };
  }
}

function readJson(text: string): Read {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { fault: "This is not JSON. A text stands in double quotes." };
  }
}
