import { readTexts, type Texts } from "../ui/address";

/** The sync whose runs are shown; every one's when left out. */
export type RunSearch = Texts<"sync">;

/** Reads the address of the list. */
export function readRunSearch(search: Record<string, unknown>): RunSearch {
  return readTexts(search, ["sync"]);
}

export const shownOutcomes = [
  "all",
  "created",
  "changed",
  "matched",
  "unchanged",
  "refused",
  "unknown",
  "held",
  "deleted",
] as const;
export type Shown = (typeof shownOutcomes)[number];

/** The outcomes that are shown of a run; all when left out. */
export interface OutcomeSearch {
  outcome?: Shown;
}

/** Reads the address of a run. */
export function readOutcomeSearch({ outcome }: Record<string, unknown>): OutcomeSearch {
  const known = shownOutcomes.find((state) => state === outcome);
  return known && known !== "all" ? { outcome: known } : {};
}
