import createFetchClient, { type Middleware } from "openapi-fetch";
import createQueryHooks from "openapi-react-query";
import { csrfToken } from "./csrf";
import { noteLimit } from "./limited";
import { readProblem, Unreachable } from "./problem";
import { noteReach } from "./reach";
import type { paths } from "./schema";

export const apiBase = "/api/v1";

const unsafeMethods = new Set(["POST", "PUT", "PATCH", "DELETE"]);

const manners: Middleware = {
  onRequest({ request }) {
    const token = csrfToken();
    if (token && unsafeMethods.has(request.method)) request.headers.set("x-csrf-token", token);
  },
  async onResponse({ response }) {
    noteReach(true);
    if (response.ok) return;
    const problem = await readProblem(response);
    if (problem.limit) noteLimit(problem.limit);
    throw problem;
  },
  onError({ error }) {
    const wasStopped = error instanceof DOMException && error.name === "AbortError";
    if (wasStopped) return;
    noteReach(false);
    return new Unreachable(error);
  },
};

/** The API, typed; every answer but 2xx is thrown as `ApiProblem`, and none at all as `Unreachable`. */
export const client = createFetchClient<paths>({
  baseUrl: `${location.origin}${apiBase}`,
  // Looked up with each call, so that a test's stand-in is found.
  fetch: (request) => globalThis.fetch(request),
});
client.use(manners);

/** The same as React Query's hooks. */
export const $api = createQueryHooks(client);
