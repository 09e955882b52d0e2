import { keepPreviousData, useMutation, useQueryClient } from "@tanstack/react-query";
import { $api, client } from "../../api/client";
import { useRefresh } from "../../api/queries";
import type { Dataset } from "../../api/types";
import { announce } from "../../ui/announce";
import { formatAmount } from "../../ui/format";

interface Change {
  add: string[];
  remove: string[];
}

/** What of a page is picked, and how that is changed; what is pressed is shown at once. */
export function usePicking({ id }: Dataset, keys: string[]) {
  const queries = useQueryClient();
  const refresh = useRefresh();
  const params = { path: { id } };
  const lookup = $api.queryOptions("post", "/datasets/{id}/selection/lookup", {
    params,
    body: { keys },
  });
  const found = $api.useQuery(
    "post",
    "/datasets/{id}/selection/lookup",
    { params, body: { keys } },
    { enabled: keys.length > 0, placeholderData: keepPreviousData },
  );
  const picked = new Set(found.data?.selected);
  const change = useMutation({
    mutationFn: async (body: Change) => {
      const { data } = await client.PATCH("/datasets/{id}/selection", { params, body });
      return data;
    },
    onMutate: ({ add, remove }) =>
      queries.setQueryData(lookup.queryKey, (before: { selected: string[] } | undefined) => ({
        selected: [...(before?.selected ?? []), ...add].filter((key) => !remove.includes(key)),
      })),
    onSuccess: (data) => announce(`${formatAmount(data?.records ?? 0, "record")} selected.`),
    // What was refused is shown as it is; what was taken may have been changed elsewhere too.
    onSettled: () => refresh("/datasets/{id}/selection"),
  });
  return {
    picked,
    error: change.error,
    pick: (keys: readonly string[], isPicked: boolean) => {
      const wanted = keys.filter((key) => picked.has(key) !== isPicked);
      if (wanted.length === 0) return;
      change.mutate(isPicked ? { add: wanted, remove: [] } : { add: [], remove: wanted });
    },
  };
}

/** The keys from one to another, both included, in the order of the page. */
export function rangeOf(keys: readonly string[], from: string | undefined, to: string): string[] {
  const [start, end] = [from === undefined ? -1 : keys.indexOf(from), keys.indexOf(to)];
  return start < 0 ? [to] : keys.slice(Math.min(start, end), Math.max(start, end) + 1);
}
