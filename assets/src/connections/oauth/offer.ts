import { $api } from "../../api/client";
import type { AuthorizationOffer, Connection } from "../../api/types";

/** How an account at this place can be connected by OAuth; nothing while it is not known. */
export function useOffer(
  place: Pick<Connection, "provider" | "endpoint">,
): AuthorizationOffer | undefined {
  const offers = $api.useQuery("get", "/connections/authorizations");
  const items = offers.data?.items ?? [];
  return items.find(
    ({ provider, endpoint }) => provider === place.provider && endpoint === place.endpoint,
  );
}
