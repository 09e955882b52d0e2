import { useMay } from "../api/session";
import type { Dataset } from "../api/types";

/** How far one may go, each including those before it. */
const order: readonly Dataset["access"][] = ["view", "use", "edit", "owner"];

/** Whether one may go so far with a dataset: as its owner, or as far as it is shared. */
export function reaches(dataset: Dataset, needed: Dataset["access"]): boolean {
  return order.indexOf(dataset.access) >= order.indexOf(needed);
}

/** Whether one may write its records. */
export function useMayEdit(dataset: Dataset): boolean {
  return useMay("dataset:write") && reaches(dataset, "edit");
}

/** What somebody may do, said of the one who reads it. */
export const deeds: Record<Dataset["access"], string> = {
  view: "see its records and export them",
  use: "see its records, export them and make syncs from it",
  edit: "see, export, add, change and delete its records, and make syncs from it",
  owner: "do everything with it",
};
