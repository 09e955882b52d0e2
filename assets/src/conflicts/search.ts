/** Which conflicts are shown; all of it stands in the address. */
export interface ConflictSearch {
  /** The id of the sync whose conflicts alone are shown. */
  sync?: string;
  state?: "open" | "solved";
}

/** Reads the address. */
export function readConflictSearch(search: Record<string, unknown>): ConflictSearch {
  const { sync, state } = search;
  return {
    ...(typeof sync === "string" && sync !== "" ? { sync } : {}),
    ...(state === "open" || state === "solved" ? { state } : {}),
  };
}
