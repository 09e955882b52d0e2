import type { Funnel } from "../../api/types";

/** A step, and how many took it after all before it. */
export interface Reached {
  /** Which one, from 0 on. */
  at: number;
  name: string;
  visitors: number;
  ofFirst: number;
  ofPrevious: number;
  /** Who took the one before and not this. */
  lost: number;
  /** Since the step before; half of them were faster. */
  medianSeconds?: number;
}

export function reachedOf({ steps }: Funnel): Reached[] {
  return steps.map(({ name, visitors, median_seconds }, at) => {
    const previous = steps[at - 1]?.visitors ?? visitors;
    return {
      at,
      name,
      visitors,
      ofFirst: shareOf(visitors, steps[0]?.visitors ?? 0),
      ofPrevious: shareOf(visitors, previous),
      lost: previous - visitors,
      ...(at > 0 && typeof median_seconds === "number" ? { medianSeconds: median_seconds } : {}),
    };
  });
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** Where most are lost: before the step `at`, counted from 0. */
export function dropOf({ biggest_drop: drop }: Funnel) {
  if (!drop || drop.lost === 0) return undefined;
  return { at: drop.step - 1, lost: drop.lost, cost: drop.cost ?? undefined };
}
