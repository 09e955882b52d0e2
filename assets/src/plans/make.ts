import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { client } from "../api/client";
import { useOnce } from "../api/once";
import { useRefresh } from "../api/queries";
import type { Plan } from "../api/types";

/** Asks for a plan of a sync and leads to it; `mutate` takes whether to read the table there first. */
export function useMakePlan(syncId: string) {
  const navigate = useNavigate();
  const refresh = useRefresh();
  const once = useOnce();
  return useMutation({
    mutationFn: async (read_first: boolean) => {
      const params = { path: { id: syncId }, header: once({ syncId, read_first }) };
      const { data } = await client.POST("/syncs/{id}/plans", { params, body: { read_first } });
      return data as Plan;
    },
    onSuccess: async ({ id }) => {
      await refresh("/syncs/{id}/plans", "/plans", "/runs");
      await navigate({ to: "/plans/$id", params: { id } });
    },
  });
}
