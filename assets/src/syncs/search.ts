/** Whether the mapping is being edited. */
export interface SyncSearch {
  edit?: boolean;
}

/** Reads the address of a sync. */
export function readSyncSearch({ edit }: Record<string, unknown>): SyncSearch {
  return edit === true ? { edit } : {};
}
