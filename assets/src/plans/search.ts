import { readTexts } from "../ui/address";

/** The fates that a plan lists; unchanged records are only counted. */
export const listedFates = [
  "created",
  "changed",
  "matched",
  "refused",
  "unknown",
  "held",
  "deleted",
] as const;
export type ListedFate = (typeof listedFates)[number];

/** What of a plan is shown. */
export interface PlanSearch {
  fate?: ListedFate;
  q?: string;
}

/** Reads the address of a plan. */
export function readPlanSearch(search: Record<string, unknown>): PlanSearch {
  const fate = listedFates.find((known) => known === search.fate);
  return { ...(fate && { fate }), ...readTexts(search, ["q"]) };
}
