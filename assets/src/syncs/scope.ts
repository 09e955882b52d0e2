import type { SyncScope } from "../api/types";

type Kind = SyncScope["kind"];

/** Which records a sync takes, in a few words. */
export function describeScope({ kind, filter }: SyncScope): string {
  const words: Record<Kind, string> = {
    all: "All records",
    filter: `Those where ${filter}`,
    selection: "Those that you have selected",
  };
  return words[kind];
}

/** What is sent of a choice: a filter is one of the kind alone. */
export function scopeOf(kind: Kind, filter: string): SyncScope {
  return kind === "filter" ? { kind, filter: filter.trim() } : { kind };
}
