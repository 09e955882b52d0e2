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

/** What both sides of a two-way sync may be asked for. */
export const listedParts = ["here", "there", "asked", "settled"] as const;
export type ListedPart = (typeof listedParts)[number];

/** What of a plan is shown. */
export interface PlanSearch {
  fate?: ListedFate;
  part?: ListedPart;
  q?: string;
}

/** Reads the address of a plan. */
export function readPlanSearch(search: Record<string, unknown>): PlanSearch {
  const fate = listedFates.find((known) => known === search.fate);
  const part = listedParts.find((known) => known === search.part);
  return { ...(fate && { fate }), ...(part && { part }), ...readTexts(search, ["q"]) };
}
