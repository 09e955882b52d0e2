import { useSyncExternalStore } from "react";

let isReached = true;
const listeners = new Set<() => void>();

/** Notes whether the last call was answered at all, by whomever. */
export function noteReach(isAnswered: boolean): void {
  if (isAnswered === isReached) return;
  isReached = isAnswered;
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether the appliance answers, as far as is known. */
export function useReach(): boolean {
  return useSyncExternalStore(listen, () => isReached);
}
