import type { Run, RunCounts } from "../api/types";
import type { Entry } from "../ui/ledger";

/** A run's counts as entries of its ledger: each record that was settled is in exactly one. */
export function ledgerOf(counts: RunCounts): Entry[] {
  return [
    { label: "Created", count: counts.created, tone: "good" },
    { label: "Changed", count: counts.changed, tone: "good" },
    { label: "Matched", count: counts.matched, tone: "good" },
    { label: "Unchanged", count: counts.unchanged },
    { label: "Deleted", count: counts.deleted, tone: "good" },
    { label: "Refused", count: counts.refused, tone: "bad" },
    { label: "Unknown", count: counts.unknown, tone: "warn" },
    { label: "Held", count: counts.held, tone: "warn" },
  ];
}

/** How many records have come to an end. */
export function settledOf(counts: RunCounts): number {
  return ledgerOf(counts).reduce((sum, { count }) => sum + count, 0);
}

/** What the run is at, in words. */
export function activityOf({ state, phase }: Pick<Run, "state" | "phase">): string {
  if (state === "queued") return "Waits for its turn.";
  switch (phase) {
    case "reading":
      return "Reads what is there.";
    case "listing":
      return "Reads the remote records.";
    case "planning":
      return "Finds out what a run would do.";
    case "writing":
      return "Writes what differs.";
    case "settling":
      return "Settles what an earlier run left open.";
    default:
      return "Works.";
  }
}
