import { $api } from "../../api/client";

/** The keys that events of a site are sent with. */
export function useKeys(id: string) {
  const params = { path: { id } };
  return $api.useQuery("get", "/sites/{id}/keys", { params });
}
