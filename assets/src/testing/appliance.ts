import { vi } from "vitest";
import type { paths } from "../api/schema";
import { session } from "./samples";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
/** `GET /datasets/{id}`: the addresses of the contract, or a test would ask for what is not there. */
type Operation = `${Method} ${string & keyof paths}` | "GET /healthz/ready" | "GET /openapi.json";
type Answer = (request: Call) => unknown;

interface Call {
  method: string;
  /** Below the API's base, with its query. */
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: unknown;
}

/** An answer that refuses; give it to the fake as what an operation answers. */
export function refusal(status: number, code: string, more: object = {}): Response {
  const problem = { type: `/errors/${code}`, title: `Title of ${code}`, status, code, ...more };
  return new Response(JSON.stringify(problem), {
    status,
    headers: { "content-type": "application/problem+json" },
  });
}

/**
 * Stands in for the appliance: answers by operation, and notes every call.
 *
 * What no test says anything of is refused with 404. Somebody is signed in, unless the test says
 * otherwise.
 */
export function fakeAppliance(answers: Partial<Record<Operation, unknown | Answer>>) {
  const calls: Call[] = [];
  const all: Record<string, unknown> = { "GET /auth/session": session, ...answers };
  const routes = Object.entries(all).map(([operation, answer]) => ({
    pattern: patternOf(operation),
    answer,
  }));
  vi.stubGlobal("fetch", async (request: Request) => {
    const call = await read(request);
    calls.push(call);
    const name = `${call.method} ${call.path.split("?")[0]}`;
    const route = routes.find(({ pattern }) => pattern.test(name));
    return route ? show(route.answer, call) : refusal(404, "not_found", { detail: name });
  });
  return {
    /** The bodies that one operation was called with. */
    bodies: (operation: Operation) => called(calls, operation).map(({ body }) => body),
    calls: (operation: Operation) => called(calls, operation),
  };
}

function called(calls: readonly Call[], operation: Operation): Call[] {
  const pattern = patternOf(operation);
  return calls.filter(({ method, path }) => pattern.test(`${method} ${path.split("?")[0]}`));
}

function patternOf(operation: string): RegExp {
  return new RegExp(`^${operation.replace(/\{\w+\}/g, "[^/]+")}$`);
}

async function read(request: Request): Promise<Call> {
  const { pathname, search, searchParams } = new URL(request.url);
  const text = await request.text();
  return {
    method: request.method,
    path: pathname.replace("/api/v1", "") + search,
    query: searchParams,
    headers: request.headers,
    body: text.startsWith("{") ? JSON.parse(text) : text,
  };
}

function show(answer: unknown, call: Call): Response {
  const found = typeof answer === "function" ? (answer as Answer)(call) : answer;
  if (found instanceof Response) return found.clone();
  if (found === undefined) return new Response(null, { status: 204 });
  return new Response(JSON.stringify(found), { headers: { "content-type": "application/json" } });
}
