import { apiBase } from "../api/client";
import type { Operation, Parameter } from "./document";

/** What somebody has filled in: values by the parameters' names, and the body's text. */
export interface Draft {
  values: Record<string, string>;
  body: string;
}

/** A call that can be made. */
export interface Call {
  method: string;
  /** From the API's base on, with its query. */
  path: string;
  headers: [string, string][];
  body: string | undefined;
}

/** The call that a draft comes to. */
export function callOf(operation: Operation, draft: Draft): Call {
  const { method, parameters, body } = operation;
  const given = parameters.filter(({ name }) => givenFor(draft, name) !== "");
  // What is not filled in yet stays as its place: nothing would read as another address.
  const path = given
    .filter(({ place }) => place === "path")
    .reduce(
      (all, { name }) => all.replace(`{${name}}`, encodeURIComponent(givenFor(draft, name))),
      operation.path,
    );
  const of = (place: Parameter["place"]) =>
    given
      .filter((one) => one.place === place)
      .map(({ name }): [string, string] => [name, givenFor(draft, name)]);
  const query = new URLSearchParams(of("query")).toString();
  return {
    method,
    path: query ? `${path}?${query}` : path,
    headers: [
      ...of("header"),
      ...(body ? ([["Content-Type", body.kind]] satisfies [string, string][]) : []),
    ],
    body: body ? draft.body : undefined,
  };
}

function givenFor({ values }: Draft, name: string): string {
  return values[name] ?? "";
}

/** The names of those that must be filled in and are not. */
export function missingIn({ parameters }: Operation, draft: Draft): string[] {
  return parameters
    .filter(({ isRequired, name }) => isRequired && givenFor(draft, name) === "")
    .map(({ name }) => name);
}

export const languages = ["curl", "JavaScript", "Python"] as const;
export type Language = (typeof languages)[number];

/** The same call for a program, with a place for its token. */
export function snippetOf(language: Language, call: Call, needsToken: boolean): string {
  const url = `${location.origin}${apiBase}${call.path}`;
  const token: [string, string][] = needsToken ? [["Authorization", "Bearer wb_YOUR_TOKEN"]] : [];
  const headers = [...token, ...call.headers];
  return writers[language](url, { ...call, headers });
}

const writers: Record<Language, (url: string, call: Call) => string> = {
  curl: (url, { method, headers, body }) =>
    [
      `curl -X ${method} ${shell(url)}`,
      ...headers.map(([name, value]) => `-H ${shell(`${name}: ${value}`)}`),
      ...(body === undefined ? [] : [`--data-binary ${shell(body)}`]),
    ].join(" \\\n  "),
  JavaScript: (url, { method, headers, body }) => {
    const options = [
      `method: ${JSON.stringify(method)}`,
      ...(headers.length > 0 ? [`headers: ${object(headers)}`] : []),
      ...(body === undefined ? [] : [`body: ${JSON.stringify(body)}`]),
    ];
    return [
      `const answer = await fetch(${JSON.stringify(url)}, {`,
      ...options.map((option) => `  ${option},`),
      "});",
      "console.log(answer.status, await answer.text());",
    ].join("\n");
  },
  Python: (url, { method, headers, body }) =>
    [
      "import urllib.request",
      "",
      "request = urllib.request.Request(",
      `    ${JSON.stringify(url)},`,
      `    method=${JSON.stringify(method)},`,
      ...(headers.length > 0 ? [`    headers=${object(headers)},`] : []),
      ...(body === undefined ? [] : [`    data=${JSON.stringify(body)}.encode(),`]),
      ")",
      "with urllib.request.urlopen(request) as answer:",
      "    print(answer.status, answer.read().decode())",
    ].join("\n"),
};

function object(headers: readonly [string, string][]): string {
  const members = headers.map(
    ([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  return `{${members.join(", ")}}`;
}

/** A text as one word of a POSIX shell. */
function shell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
