import { ApiProblem, Unreachable } from "./problem";

const mostRetries = 4;
const longestWaitMs = 30_000;
/** Beyond this, whoever waits for a change is told, and decides for themselves. */
const longestHoldMs = 10_000;
/** Refusals that pass by themselves. */
const passing = new Set([429, 502, 503, 504]);

/** Whether a read that failed `failures` times is worth another try. */
export function isWorthRetrying(failures: number, error: Error): boolean {
  if (failures >= mostRetries) return false;
  if (error instanceof Unreachable) return true;
  // Sooner than asked it would be refused again.
  if (error instanceof ApiProblem && (error.retryAfterMs ?? 0) > longestWaitMs) return false;
  return (
    error instanceof ApiProblem && error.code !== "provider_failed" && passing.has(error.status)
  );
}

/** Doubles from half a second, unless the appliance itself named a time. */
export function retryDelayMs(failures: number, error: Error): number {
  const asked = error instanceof ApiProblem ? error.retryAfterMs : undefined;
  return Math.min(asked ?? 500 * 2 ** failures, longestWaitMs);
}

/**
 * Whether a change that failed `failures` times is sent again by itself.
 *
 * Only where a limit was met: that is looked at before anything is done.
 */
export function isWorthSendingAgain(failures: number, error: Error): boolean {
  if (failures >= mostRetries || !(error instanceof ApiProblem)) return false;
  return error.limit !== undefined && (error.retryAfterMs ?? 0) <= longestHoldMs;
}
