import type { Dataset, DatasetRecord, Field } from "../api/types";
import type { Words } from "../ui/differences";
import { showValue } from "./show";
import { typeName } from "./types";

/** A dataset in words, part by part. */
export function describeDataset({ name, fields }: Pick<Dataset, "name" | "fields">): Words {
  const parts = fields.map((field) => [`Field ${field.name}`, describeField(field)]);
  return { Name: name, ...Object.fromEntries(parts) };
}

function describeField({ type, required, indexed, choices }: Field): string {
  const words = [
    typeName(type),
    required && "required",
    indexed && "indexed",
    choices?.length && `one of ${choices.join(", ")}`,
  ];
  return words.filter(Boolean).join(", ");
}

/** A record in words, field by field. */
export function describeRecord({ fields }: Pick<DatasetRecord, "fields">): Words {
  const entries = Object.entries(fields as Record<string, unknown>);
  return Object.fromEntries(
    entries
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => [name, showValue(value)]),
  );
}
