import type { Field } from "../api/types";
import { hasChoices } from "./types";

/** A field while it is being edited; `id` stays when the name changes. */
export interface FieldDraft extends Field {
  id: number;
  /** The name that the records know it by; absent for a new field. */
  known?: string;
}

/** Opens a schema for editing. */
export function draftFields(fields: readonly Field[]): FieldDraft[] {
  return fields.map((field, id) => ({ ...field, id, known: field.name }));
}

/** Adds an empty text field. */
export function addField(drafts: readonly FieldDraft[]): FieldDraft[] {
  const id = Math.max(-1, ...drafts.map((draft) => draft.id)) + 1;
  return [...drafts, { id, name: "", type: "text", required: false, indexed: false }];
}

/** Changes one field. */
export function changeField(
  drafts: readonly FieldDraft[],
  id: number,
  change: Partial<Field>,
): FieldDraft[] {
  return drafts.map((draft) => (draft.id === id ? { ...draft, ...change } : draft));
}

/** Closes the draft: what is sent to the appliance. */
export function finishFields(drafts: readonly FieldDraft[]): Field[] {
  return drafts.map(({ name, type, required, indexed, choices }) => ({
    name: name.trim(),
    type,
    required,
    indexed,
    ...(hasChoices(type) && choices?.length ? { choices } : {}),
  }));
}

/** The fields whose values a saved draft would take away from every record. */
export function droppedFields(stored: readonly Field[], drafts: readonly FieldDraft[]): string[] {
  const kept = new Set(drafts.map(({ known }) => known));
  return stored.map(({ name }) => name).filter((name) => !kept.has(name));
}

/** One choice a line, blank lines apart. */
export function choicesOf(lines: string): string[] {
  return lines.split("\n").filter((line) => line.trim() !== "");
}
