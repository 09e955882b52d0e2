import type { Run } from "../api/types";

export interface Step {
  title: string;
  why: string;
  verb: string;
  to: string;
  state: "done" | "next" | "later";
}

interface Progress {
  counts: { datasets: number; connections: number; syncs: number };
  lastRuns: readonly Pick<Run, "state">[];
}

/** The way from an empty appliance to a first finished sync, and where on it the user is. */
export function firstSteps({ counts, lastRuns }: Progress): Step[] {
  const steps = [
    {
      title: "Bring records in",
      why: "Import a CSV or JSON file. It is checked line by line, and becomes a dataset.",
      verb: "New dataset",
      to: "/datasets/new",
      isDone: counts.datasets > 0,
    },
    {
      title: "Connect an account",
      why: "Give Weighbridge a token for Airtable or Notion, or the address of a hook of Zapier’s. It is sealed, and never shown again.",
      verb: "New connection",
      to: "/connections/new",
      isDone: counts.connections > 0,
    },
    {
      title: "Agree on a sync",
      why: "Say which field goes where. Most of it is proposed for you.",
      verb: "New sync",
      to: "/syncs/new",
      isDone: counts.syncs > 0,
    },
    {
      title: "Run it, and watch",
      why: "Each record ends created, changed, unchanged or refused, and the counts add up.",
      verb: "To the syncs",
      to: "/syncs",
      isDone: lastRuns.some(({ state }) => state === "done"),
    },
  ];
  const next = steps.findIndex(({ isDone }) => !isDone);
  return steps.map(({ isDone, ...step }, index) => ({
    ...step,
    state: isDone ? "done" : index === next ? "next" : "later",
  }));
}
