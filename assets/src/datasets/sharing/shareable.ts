import { $api, client } from "../../api/client";
import { useOnce } from "../../api/once";
import type { Dataset, ShareLevel } from "../../api/types";
import { inParts, pageSize, type Shareable } from "../../sharing/shareable";
import { levels } from "./levels";

/** A dataset as a thing that can be shared. */
export function useShareable(dataset: Dataset): Shareable<ShareLevel> {
  return shareableOf(dataset, useOnce());
}

function shareableOf(
  { id, name, shared_by }: Dataset,
  once: ReturnType<typeof useOnce>,
): Shareable<ShareLevel> {
  const path = { id };
  return {
    id,
    name,
    owner: shared_by,
    levels,
    hasSyncs: true,
    home: "/datasets",
    useShares: () => {
      const params = { path, query: { limit: pageSize } };
      return $api.useInfiniteQuery("get", "/datasets/{id}/shares", { params }, inParts);
    },
    share: (body) =>
      client.POST("/datasets/{id}/shares", { params: { path, header: once([id, body]) }, body }),
    change: (user, level, tag) =>
      client.PATCH("/datasets/{id}/shares/{user}", {
        params: { path: { id, user }, header: { "If-Match": tag } },
        body: { level },
      }),
    withdraw: (user, tag) =>
      client.DELETE("/datasets/{id}/shares/{user}", {
        params: { path: { id, user }, header: { "If-Match": tag } },
      }),
    leave: () => client.DELETE("/datasets/{id}/access", { params: { path } }),
  };
}
