import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { $api, apiBase } from "../api/client";
import { refreshIn } from "../api/queries";
import type { Run } from "../api/types";
import { hasEnded } from "./state";

const pollMs = 2_000;

/** A run as it is now: by the appliance's stream while it lasts, by asking where that fails. */
export function useLiveRun(id: string) {
  const isStreaming = useRunStream(id);
  const run = $api.useQuery(
    "get",
    "/runs/{id}",
    { params: { path: { id } } },
    {
      refetchInterval: ({ state }) =>
        isStreaming || (state.data && hasEnded(state.data)) ? false : pollMs,
    },
  );
  useSyncsAfter(run.data !== undefined && hasEnded(run.data));
  return run;
}

/** What a run leaves with its sync, such as dead letters, is read anew once it is over. */
function useSyncsAfter(isOver: boolean): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (isOver) void refreshIn(queries, "/syncs");
  }, [isOver, queries]);
}

/** Feeds the stream's events into the cache; whether the stream is up. */
function useRunStream(id: string): boolean {
  const queries = useQueryClient();
  const [isUp, setIsUp] = useState(false);
  useEffect(() => {
    const { queryKey } = $api.queryOptions("get", "/runs/{id}", { params: { path: { id } } });
    const source = new EventSource(`${apiBase}/runs/${encodeURIComponent(id)}/stream`);
    source.addEventListener("run", ({ data }: MessageEvent<string>) => {
      const run: Run = JSON.parse(data);
      queries.setQueryData(queryKey, run);
      setIsUp(!hasEnded(run));
      // An ended run's stream is closed by the appliance; the browser would open it again.
      if (hasEnded(run)) source.close();
    });
    source.onerror = () => setIsUp(false);
    return () => source.close();
  }, [id, queries]);
  return isUp;
}
