import type { Job } from "../api/types";

export const kinds = ["plan", "run", "import", "export"] as const satisfies Job["kind"][];
export const states = [
  "queued",
  "running",
  "done",
  "failed",
  "cancelled",
] as const satisfies Job["state"][];

/** Which jobs are shown; all when left out. */
export interface JobSearch {
  kind?: Job["kind"];
  state?: Job["state"];
}

/** Reads the address of the list. */
export function readJobSearch({ kind, state }: Record<string, unknown>): JobSearch {
  const knownKind = kinds.find((known) => known === kind);
  const knownState = states.find((known) => known === state);
  return { ...(knownKind && { kind: knownKind }), ...(knownState && { state: knownState }) };
}
