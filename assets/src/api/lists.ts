import { $api } from "./client";
import { useMay } from "./session";

/** Lists are read in parts of this size; few are longer. */
const pageSize = 500;

/** How a list of the API goes on, part after part. */
const parts = {
  pageParamName: "after",
  initialPageParam: null,
  getNextPageParam: ({ next }: { next?: string }) => next,
} as const;

const query = { params: { query: { limit: pageSize } } };

/** The user's datasets; not asked for by those who may not read them. */
export function useDatasets() {
  const enabled = useMay("dataset:read");
  return $api.useInfiniteQuery("get", "/datasets", query, { ...parts, enabled });
}

/** The user's connections. */
export function useConnections() {
  const enabled = useMay("connection:read");
  return $api.useInfiniteQuery("get", "/connections", query, { ...parts, enabled });
}

/** The user's syncs, which show how their last run goes. */
export function useSyncs() {
  const enabled = useMay("sync:read");
  const refetchInterval = 30_000;
  return $api.useInfiniteQuery("get", "/syncs", query, { ...parts, enabled, refetchInterval });
}

/** The user's sites. */
export function useSites() {
  const enabled = useMay("site:read");
  return $api.useInfiniteQuery("get", "/sites", query, { ...parts, enabled });
}

/** How the user's connections and syncs do, looked at again like a live figure. */
export function useHealth() {
  const refetchInterval = 30_000;
  return $api.useInfiniteQuery("get", "/health", query, { ...parts, refetchInterval });
}

/** Everybody who has an account. */
export function useUsers() {
  return $api.useInfiniteQuery("get", "/users", query, parts);
}

/** The rows of a list, as far as they have been read. */
export function rowsOf<Row>(list: { data?: { pages: { items: Row[] }[] } }): Row[] {
  return list.data?.pages.flatMap(({ items }) => items) ?? [];
}
