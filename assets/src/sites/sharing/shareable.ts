import { $api, client } from "../../api/client";
import type { Site, SiteShareLevel } from "../../api/types";
import { inParts, pageSize, type Shareable } from "../../sharing/shareable";

const levels: Shareable<SiteShareLevel>["levels"] = [
  { value: "view", label: "May view", note: "See how it fares and how it is set up." },
  { value: "edit", label: "May edit", note: "Change it and its keys, and bring files, too." },
];

/** A site as a thing that can be shared. */
export function shareableOf({ id, name, shared_by }: Site): Shareable<SiteShareLevel> {
  const path = { id };
  return {
    id,
    name,
    owner: shared_by,
    levels,
    outlasting: "Keys that they have made stay good: delete those under Set up.",
    hasSyncs: false,
    home: "/sites",
    useShares: () => {
      const params = { path, query: { limit: pageSize } };
      return $api.useInfiniteQuery("get", "/sites/{id}/shares", { params }, inParts);
    },
    share: (body) => client.POST("/sites/{id}/shares", { params: { path }, body }),
    change: (user, level, tag) =>
      client.PATCH("/sites/{id}/shares/{user}", {
        params: { path: { id, user }, header: { "If-Match": tag } },
        body: { level },
      }),
    withdraw: (user, tag) =>
      client.DELETE("/sites/{id}/shares/{user}", {
        params: { path: { id, user }, header: { "If-Match": tag } },
      }),
    leave: () => client.DELETE("/sites/{id}/access", { params: { path } }),
  };
}
