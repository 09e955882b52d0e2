import { useSyncExternalStore } from "react";
import type { Limit } from "./problem";

let met: Limit | undefined;
const listeners = new Set<() => void>();

/** Notes the limit that a call has met last. */
export function noteLimit(limit: Limit): void {
  met = limit;
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The limit that was met last, whether it is open again or not. */
export function useMetLimit(): Limit | undefined {
  return useSyncExternalStore(listen, () => met);
}
