import { type QueryKey, useQueryClient } from "@tanstack/react-query";

/**
 * Shows a change of one thing before the appliance has answered.
 *
 * Gives what takes it back, for when it is refused. Only for changes that a reader would do again
 * by hand without a thought: a name, not a deletion.
 */
export function useAtOnce<Thing extends object>(
  queryKey: QueryKey,
): (change: Partial<Thing>) => () => void {
  const queries = useQueryClient();
  return (change) => {
    const before = queries.getQueryData<Thing>(queryKey);
    if (before) queries.setQueryData<Thing>(queryKey, { ...before, ...change });
    return () => queries.setQueryData<Thing>(queryKey, before);
  };
}
