import type { Outcome, Run } from "../api/types";
import type { StatusWord } from "../ui/status";

/** A run's state for the eye. */
export function runStatus({ state, counts }: Pick<Run, "state" | "counts">): StatusWord {
  switch (state) {
    case "queued":
      return { tone: "neutral", icon: "clock", label: "Queued" };
    case "running":
      return { tone: "busy", icon: "run", label: "Running" };
    case "waiting":
      return { tone: "warn", icon: "clock", label: "Waiting" };
    case "failed":
      return { tone: "bad", icon: "close", label: "Failed" };
    case "cancelled":
      return { tone: "neutral", icon: "minus", label: "Cancelled" };
    case "done":
      if (counts.refused + counts.unknown > 0) {
        return { tone: "warn", icon: "warning", label: "Done, with refusals" };
      }
      return counts.held > 0
        ? { tone: "warn", icon: "warning", label: "Done, some held" }
        : { tone: "good", icon: "check", label: "Done" };
  }
}

/** Which way records go, in words. */
export function directionName(direction: Run["direction"]): string {
  return {
    push: "Push: into the table",
    pull: "Pull: from the table into the dataset",
    two_way: "Two-way: between the dataset and the table",
  }[direction];
}

/** Whether nothing more will happen to the run. */
export function hasEnded({ state }: Pick<Run, "state">): boolean {
  return state === "done" || state === "failed" || state === "cancelled";
}

/** What became of one record, for the eye. */
export function outcomeStatus(state: Outcome["state"]): StatusWord {
  switch (state) {
    case "created":
      return { tone: "good", icon: "plus", label: "Created" };
    case "changed":
      return { tone: "good", icon: "check", label: "Changed" };
    case "matched":
      return { tone: "good", icon: "link", label: "Matched" };
    case "refused":
      return { tone: "bad", icon: "close", label: "Refused" };
    case "unknown":
      return { tone: "warn", icon: "help", label: "Unknown" };
    case "deleted":
      return { tone: "good", icon: "trash", label: "Deleted" };
    case "held":
      return { tone: "warn", icon: "minus", label: "Held" };
    case "unchanged":
      return { tone: "neutral", icon: "minus", label: "Unchanged" };
  }
}
