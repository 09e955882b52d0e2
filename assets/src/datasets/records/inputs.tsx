import type { HTMLInputTypeAttribute } from "react";
import type { Field, FieldType } from "../../api/types";
import { CheckboxList, Select, TextField } from "../../ui/fields";
import { typeName } from "../types";

interface FieldInputProps {
  field: Field;
  value: string | string[];
  onChange: (value: string | string[]) => void;
  isRequired: boolean;
  isDisabled: boolean;
  error?: string;
}

/** The input that fits a field's type. */
export function FieldInput({ field, value, onChange, ...rest }: FieldInputProps) {
  if (Array.isArray(value)) {
    const options = (field.choices ?? value).map((choice) => ({ value: choice, label: choice }));
    return (
      <CheckboxList
        label={field.name}
        options={options}
        value={value}
        onChange={onChange}
        isDisabled={rest.isDisabled}
      />
    );
  }
  const options = optionsOf(field);
  if (options) {
    return (
      <Select label={field.name} options={options} value={value} onChange={onChange} {...rest} />
    );
  }
  return (
    <TextField
      label={field.name}
      help={helps[field.type]}
      value={value}
      onChange={onChange}
      type={inputTypes[field.type] ?? "text"}
      inputMode={inputModes[field.type]}
      rows={rows[field.type]}
      isCode={field.type === "json"}
      {...rest}
    />
  );
}

function optionsOf({ type, choices, required }: Field) {
  const empty = required ? [] : [{ value: "", label: "Empty" }];
  if (type === "boolean") {
    return [...empty, { value: "true", label: "Yes" }, { value: "false", label: "No" }];
  }
  if (type !== "choice" || !choices) return undefined;
  return [...empty, ...choices.map((choice) => ({ value: choice, label: choice }))];
}

const inputTypes: Partial<Record<FieldType, HTMLInputTypeAttribute>> = {
  date: "date",
  email: "email",
  url: "url",
  phone: "tel",
};

const inputModes: Partial<Record<FieldType, "numeric" | "decimal">> = {
  integer: "numeric",
  number: "decimal",
};

const rows: Partial<Record<FieldType, number>> = { long_text: 5, json: 6 };

const helps: Partial<Record<FieldType, string>> = {
  integer: typeName("integer"),
  number: typeName("number"),
  date_time: "Date, T, time and zone: 2026-11-22T04:15:00Z",
  json: "JSON",
};
