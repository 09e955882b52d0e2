/** What a provider sent the browser back with. */
export interface Returned {
  state: string;
  code?: string;
  error?: string;
}

let kept: Returned | undefined;

/** Keeps the query of the way back, so that the address can be cleaned at once. */
export function keepReturned(query: string): void {
  const parts = new URLSearchParams(query);
  const state = parts.get("state");
  const code = parts.get("code") ?? undefined;
  const error = parts.get("error") ?? undefined;
  // A code beside an error is no answer that a provider gives.
  kept = state && (code || error) ? { state, ...(error ? { error } : { code }) } : undefined;
}

/** Gives it once: it is good once. */
export function takeReturned(): Returned | undefined {
  const taken = kept;
  kept = undefined;
  return taken;
}
