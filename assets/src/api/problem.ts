import type { components } from "./schema";

type Described = components["schemas"]["Problem"];
/** What every refusal has, and what may be missing where a proxy or this UI itself refuses. */
type Problem = Pick<Described, "type" | "title" | "status" | "code"> &
  Partial<Described> & { limit?: string };

/** A limit of the appliance that a call has met. */
export interface Limit {
  name: string;
  opensAtMs: number;
}

/** An answer of the appliance that says why it did not do what was asked (RFC 9457). */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";

  constructor(
    readonly problem: Problem,
    readonly retryAfterMs?: number,
    private readonly readAtMs = Date.now(),
  ) {
    super(problem.detail ?? problem.title);
  }

  get status(): number {
    return this.problem.status;
  }

  get code(): string {
    return this.problem.code;
  }

  /** The limit that was used up, and when it lets the next call through. */
  get limit(): Limit | undefined {
    if (this.code !== "rate_limited" || this.retryAfterMs === undefined) return undefined;
    return { name: this.problem.limit ?? "calls", opensAtMs: this.readAtMs + this.retryAfterMs };
  }
}

/** No answer came: the network, the appliance or a machine between the two is down. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";

  constructor(cause: unknown) {
    super("The appliance could not be reached. Check the network; it is tried again by itself.", {
      cause,
    });
  }
}

/** Reads a refusal; what a proxy answered in the appliance's place is given the same shape. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const retryAfter = Number(response.headers.get("retry-after"));
  const retryAfterMs = retryAfter > 0 ? retryAfter * 1000 : undefined;
  const isProblem = response.headers.get("content-type")?.includes("problem+json") ?? false;
  const body: unknown = isProblem ? await response.json().catch(() => undefined) : undefined;
  return new ApiProblem(isProblemBody(body) ? body : foreignProblem(response), retryAfterMs);
}

function isProblemBody(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "code" in body && "title" in body;
}

function foreignProblem(response: Response): Problem {
  return {
    type: "about:blank",
    title: `Unexpected answer ${response.status}`,
    status: response.status,
    code: "unexpected_answer",
    detail: `The answer (${response.status} ${response.statusText}) did not come from Weighbridge itself, but from a proxy before it.`,
    instance: response.headers.get("x-request-id") ?? undefined,
  };
}

/** Whether what was asked is wrong, and would be refused again: something else must be asked. */
export function isRefused(error: unknown): boolean {
  return error instanceof ApiProblem && [400, 422].includes(error.status);
}

/** The messages for a form's fields, by the path in the request that each is about. */
export function fieldMessages(error: unknown): Record<string, string> {
  if (!(error instanceof ApiProblem)) return {};
  return Object.fromEntries(
    (error.problem.fields ?? []).map(({ path, message }) => [path, message]),
  );
}

/**
 * What to tell a person about any failure: a headline, an explanation, and what support asks for.
 *
 * `shown` are the paths whose faults stand at the fields of a form already.
 */
export function explain(error: unknown, shown: readonly string[] = []) {
  if (error instanceof ApiProblem) {
    const { title, instance, fields = [] } = error.problem;
    return { title, detail: describe(error.problem, fields, shown), requestId: instance };
  }
  if (error instanceof Unreachable) return { title: "No connection", detail: error.message };
  return {
    title: "Something went wrong on this page",
    detail: error instanceof Error ? error.message : String(error),
  };
}

type Faults = NonNullable<Problem["fields"]>;

/** The detail repeats the first of the faults, where there are any. */
function describe({ detail }: Problem, faults: Faults, shown: readonly string[]): string {
  if (faults.length === 0) return detail ?? "";
  const rest = faults.filter(({ path }) => !shown.includes(path));
  if (rest.length === 0) return "Nothing was done. Correct what is marked above.";
  return rest.map(({ path, message }) => `${path}: ${message}`).join(" ");
}
