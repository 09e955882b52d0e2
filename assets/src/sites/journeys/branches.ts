import type { Journeys } from "../../api/types";

export type Way = Journeys["ways"][number];

/** A way, and those told that go on from it. */
export interface Branch {
  way: Way;
  /** What it came to last. */
  value: string;
  onward: Branch[];
}

/** Ways as a tree; each stands right after the one that it goes on from. */
export function branchesOf(ways: readonly Way[]): Branch[] {
  const root: Branch[] = [];
  const path: Branch[] = [];
  for (const way of ways) {
    const branch: Branch = { way, value: way.steps.at(-1) ?? "", onward: [] };
    path.length = Math.max(0, way.steps.length - 1);
    (path.at(-1)?.onward ?? root).push(branch);
    path.push(branch);
  }
  return root;
}
