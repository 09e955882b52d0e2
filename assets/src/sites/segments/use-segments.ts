import { $api } from "../../api/client";

/** A site has no more. */
const most = 100;

/** The filters of a site that have a name. */
export function useSegments(siteId: string) {
  const params = { path: { id: siteId }, query: { limit: most } };
  return $api.useQuery("get", "/sites/{id}/segments", { params });
}
