import type { FieldType } from "../api/types";
import type { Option } from "../ui/fields";

/** What each type of field is called and holds. */
export const fieldTypes: readonly Option<FieldType>[] = [
  { value: "text", label: "Text", note: "One line" },
  { value: "long_text", label: "Long text", note: "Several lines" },
  { value: "integer", label: "Whole number" },
  { value: "number", label: "Number" },
  { value: "boolean", label: "Yes or no" },
  { value: "date", label: "Date", note: "2026-11-22" },
  { value: "date_time", label: "Date and time", note: "2026-11-22T04:15:00Z" },
  { value: "choice", label: "One of a list" },
  { value: "choices", label: "Several of a list" },
  { value: "email", label: "E-mail" },
  { value: "url", label: "Web address" },
  { value: "phone", label: "Phone" },
  { value: "json", label: "JSON" },
];

/** A type's name for people. */
export function typeName(type: FieldType): string {
  return fieldTypes.find(({ value }) => value === type)?.label ?? type;
}

/** Whether fields of the type carry a list to choose from. */
export function hasChoices(type: FieldType): boolean {
  return type === "choice" || type === "choices";
}
