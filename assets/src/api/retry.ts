import { ApiProblem, Unreachable } from "./problem";

const mostRetries = 4;
const longestWaitMs = 30_000;
/** Refusals that pass by themselves. */
const passing = new Set([429, 502, 503, 504]);

/** Whether a read that failed `failures` times is worth another try. */
export function isWorthRetrying(failures: number, error: Error): boolean {
  if (failures >= mostRetries) return false;
  if (error instanceof Unreachable) return true;
  return (
    error instanceof ApiProblem && error.code !== "provider_failed" && passing.has(error.status)
  );
}

/** Doubles from half a second, unless the appliance itself named a time. */
export function retryDelayMs(failures: number, error: Error): number {
  const asked = error instanceof ApiProblem ? error.retryAfterMs : undefined;
  return Math.min(asked ?? 500 * 2 ** failures, longestWaitMs);
}
