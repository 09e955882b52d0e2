import type { Raw, RawOperation, RawParameter, RawResponse, Schema } from "./raw";

/** The API as the explorer shows it. */
export interface Api {
  groups: Group[];
  schemas: Record<string, Schema>;
}

/** The operations about one subject. */
export interface Group {
  name: string;
  about: string;
  operations: Operation[];
}

export interface Operation {
  /** Its name, by which the address knows it. */
  id: string;
  method: string;
  /** Below the API's base: `/datasets/{id}`. */
  path: string;
  summary: string;
  about: string;
  /** Whether it takes nobody's credential. */
  isOpen: boolean;
  parameters: Parameter[];
  body: Body | undefined;
  answers: Answer[];
}

export interface Parameter {
  name: string;
  place: "path" | "query" | "header";
  isRequired: boolean;
  about: string;
  schema: Schema;
}

export interface Body {
  /** Its media type. */
  kind: string;
  schema: Schema;
}

export interface Answer {
  status: string;
  about: string;
  kind: string | undefined;
  schema: Schema | undefined;
  example: unknown;
  /** The error's code in the catalogue. */
  code: string | undefined;
}

const methods = ["get", "post", "put", "patch", "delete"];

/** Reads the API document. */
export function readApi(raw: Raw): Api {
  const operations = Object.entries(raw.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => methods.includes(method))
      .map(([method, one]) => ({
        tag: one.tags?.[0] ?? "",
        operation: read(raw, path, method, one),
      })),
  );
  const groups = (raw.tags ?? []).map(({ name, description }) => ({
    name,
    about: description ?? "",
    operations: operations.filter(({ tag }) => tag === name).map(({ operation }) => operation),
  }));
  return {
    groups: groups.filter((group) => group.operations.length > 0),
    schemas: raw.components?.schemas ?? {},
  };
}

function read(raw: Raw, path: string, method: string, one: RawOperation): Operation {
  const content = Object.entries(one.requestBody?.content ?? {})[0];
  const about = one.description ?? "";
  const summary = one.summary ?? one.operationId;
  return {
    id: one.operationId,
    method: method.toUpperCase(),
    path,
    summary,
    about: about.startsWith(summary) ? about.slice(summary.length).trim() : about,
    isOpen: one.security?.length === 0,
    parameters: (one.parameters ?? []).map(readParameter),
    body: content && { kind: content[0], schema: content[1].schema ?? {} },
    answers: Object.entries(one.responses).map(([status, answer]) =>
      readAnswer(status, resolveAnswer(raw, answer)),
    ),
  };
}

function readParameter({
  name,
  in: place,
  required,
  description,
  schema,
}: RawParameter): Parameter {
  return { name, place, isRequired: required ?? false, about: description ?? "", schema };
}

function resolveAnswer(raw: Raw, answer: RawResponse): RawResponse {
  const name = answer.$ref?.split("/").at(-1);
  return (name && raw.components?.responses?.[name]) || answer;
}

function readAnswer(status: string, answer: RawResponse): Answer {
  const content = Object.entries(answer.content ?? {})[0];
  const example = content?.[1].example;
  const code = (example as { code?: unknown } | undefined)?.code;
  return {
    status,
    about: answer.description ?? "",
    kind: content?.[0],
    schema: content?.[1].schema,
    example,
    code: typeof code === "string" ? code : undefined,
  };
}

/** The operation of this name. */
export function findOperation(api: Api, id: string | undefined): Operation | undefined {
  return api.groups.flatMap(({ operations }) => operations).find((one) => one.id === id);
}

/** The groups with those operations alone that hold every word; groups without one are left out. */
export function searchApi(groups: readonly Group[], q: string): Group[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (group: Group, { id, method, path, summary, about }: Operation) => {
    const text = [group.name, id, method, path, summary, about].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return groups
    .map((group) => ({
      ...group,
      operations: group.operations.filter((operation) => fits(group, operation)),
    }))
    .filter(({ operations }) => operations.length > 0);
}
