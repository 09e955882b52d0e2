import type { Schema } from "./raw";

type Schemas = Record<string, Schema>;

/** One member of a schema, ready to be shown. */
export interface Member {
  name: string;
  type: string;
  isRequired: boolean;
  about: string;
  bounds: string;
  /** What an object or the items of a list hold. */
  members: Member[];
}

/** Deeper than this nothing is looked at: a schema may hold itself. */
const deepest = 6;

/** The same schema with its reference followed and what it extends taken in. */
export function resolve(schema: Schema, schemas: Schemas): Schema {
  const name = schema.$ref?.split("/").at(-1);
  const target = name ? schemas[name] : undefined;
  if (target) return resolve({ ...target, ...withoutRef(schema) }, schemas);
  const { allOf, anyOf, oneOf, ...own } = schema;
  const parts = allOf ?? [anyOf?.[0] ?? oneOf?.[0] ?? {}];
  const resolved = parts.map((part) => (isEmpty(part) ? part : resolve(part, schemas)));
  return Object.assign({}, ...resolved, own);
}

function isEmpty(schema: Schema): boolean {
  return Object.keys(schema).length === 0;
}

function withoutRef({ $ref: _, ...own }: Schema): Schema {
  return own;
}

/** What a schema holds, member by member. */
export function membersOf(schema: Schema, schemas: Schemas, depth = 0): Member[] {
  const { properties, required, items } = resolve(schema, schemas);
  if (depth >= deepest) return [];
  if (items) return membersOf(items, schemas, depth);
  return Object.entries(properties ?? {}).map(([name, member]) => {
    const resolved = resolve(member, schemas);
    return {
      name,
      type: typeOf(resolved, schemas),
      isRequired: required?.includes(name) ?? false,
      about: resolved.description ?? "",
      bounds: boundsOf(resolved),
      members: membersOf(resolved, schemas, depth + 1),
    };
  });
}

/** A schema's type in words: "list of text". */
export function typeOf(schema: Schema, schemas: Schemas): string {
  const { type, format, items, enum: words } = resolve(schema, schemas);
  if (type === "array") return `list of ${items ? typeOf(items, schemas) : "anything"}`;
  if (words) return "one of";
  if (type === "string") return format ? (formats[format] ?? format) : "text";
  return (type && types[type]) ?? "anything";
}

const formats: Record<string, string> = {
  uuid: "id",
  "date-time": "moment",
  binary: "file",
};

const types: Record<string, string> = {
  integer: "whole number",
  number: "number",
  boolean: "yes or no",
  object: "object",
};

/** Every text may be as long as this; it goes without saying. */
const longestText = 1024 * 1024;
/** Whole numbers reach so far anyhow. */
const widest = [2 ** 31 - 1, Number.MAX_SAFE_INTEGER];

/** What a value must be besides its type. */
export function boundsOf(schema: Schema): string {
  const { enum: words, minimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
  const top = maximum !== undefined && !widest.includes(maximum) ? maximum : undefined;
  const parts = [
    words?.map((word) => JSON.stringify(word)).join(", "),
    range(minimum || undefined, top, ""),
    range(minLength, maxLength !== longestText ? maxLength : undefined, " characters"),
    range(minItems, maxItems !== 10_000 ? maxItems : undefined, " items"),
    schema.default === undefined ? undefined : `${JSON.stringify(schema.default)} without it`,
  ];
  return parts.filter(Boolean).join("; ");
}

function range(least: number | undefined, most: number | undefined, unit: string) {
  if (least !== undefined && most !== undefined) return `${least} to ${most}${unit}`;
  if (most !== undefined) return `${most}${unit} at most`;
  return least === undefined ? undefined : `${least}${unit} at least`;
}

/** A value that fits a schema, to begin with. */
export function sampleOf(schema: Schema, schemas: Schemas, depth = 0): unknown {
  const resolved = resolve(schema, schemas);
  const given = resolved.example ?? resolved.default ?? resolved.enum?.[0];
  if (given !== undefined) return given;
  const { type, format, items, minimum } = resolved;
  if (type === "array")
    return items && depth < deepest ? [sampleOf(items, schemas, depth + 1)] : [];
  if (type === "string") return samples[format ?? ""] ?? "text";
  if (type === "boolean") return false;
  if (type === "integer" || type === "number") return Math.max(minimum ?? 0, 1);
  return depth < deepest ? sampleObject(resolved, schemas, depth + 1) : {};
}

/** The members that an object must have; all of them where it must have none. */
function sampleObject({ properties = {}, required }: Schema, schemas: Schemas, depth: number) {
  const wanted = required?.length ? required : Object.keys(properties);
  const members = wanted.map((name) => [name, sampleOf(properties[name] ?? {}, schemas, depth)]);
  return Object.fromEntries(members);
}

const samples: Record<string, string> = {
  uuid: "0199a3c4-7b10-7000-8000-0123456789ab",
  "date-time": "2027-01-15T08:00:00Z",
};
