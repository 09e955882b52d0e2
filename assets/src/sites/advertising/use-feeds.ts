import { $api } from "../../api/client";
import type { AdFeed } from "../../api/types";

const tickMs = 30_000;
/** How often it is looked whether a fetch has come to its end. */
const fetchingMs = 3_000;

/** The feeds of a site, looked at more often while one of them is fetched. */
export function useFeeds(id: string) {
  return $api.useQuery(
    "get",
    "/sites/{id}/feeds",
    { params: { path: { id } } },
    {
      refetchInterval: ({ state }) => (state.data?.items.some(isUnderWay) ? fetchingMs : tickMs),
    },
  );
}

/** Whether nothing was told yet, or its time has come. */
function isUnderWay({ state, next_fetch_at }: AdFeed): boolean {
  if (state === "paused") return false;
  return (
    state === "new" || (next_fetch_at !== undefined && Date.parse(next_fetch_at) <= Date.now())
  );
}
