import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { client } from "../api/client";
import { useOnce } from "../api/once";
import { useRefresh } from "../api/queries";
import { useMay } from "../api/session";
import type { Run } from "../api/types";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Failure } from "../ui/notice";
import { hasEnded } from "./state";
import { Undo } from "./undo";

/** What can be done with a run: stopped while it lasts, tried again where something was left, undone. */
export function RunActions({ run }: { run: Run }) {
  const mayRun = useMay("sync:run");
  if (!mayRun) return null;
  if (!hasEnded(run)) return <Cancel run={run} />;
  return (
    <>
      {hasLeft(run) && <Retry run={run} />}
      <Undo run={run} />
    </>
  );
}

/** Whether a retry would have something to do. */
function hasLeft({ kind, counts }: Run): boolean {
  return kind !== "plan" && counts.refused + counts.unknown > 0;
}

function Cancel({ run: { id } }: { run: Run }) {
  const refresh = useRefresh();
  const cancel = useMutation({
    mutationFn: () => client.POST("/runs/{id}/cancel", { params: { path: { id } } }),
    onSuccess: () => announce("It is cancelled. What was written stays."),
    onSettled: () => refresh("/runs", "/syncs", "/plans"),
  });
  return (
    <>
      <Button icon="close" isDisabled={cancel.isPending} onPress={() => cancel.mutate()}>
        Cancel
      </Button>
      <Failure error={cancel.error} />
    </>
  );
}

function Retry({ run: { id, counts } }: { run: Run }) {
  const hasRefused = counts.refused > 0;
  const navigate = useNavigate();
  const refresh = useRefresh();
  const once = useOnce();
  const retry = useMutation({
    mutationFn: async () => {
      const params = { path: { id }, header: once(id) };
      const { data } = await client.POST("/runs/{id}/retry", { params });
      return data as Run;
    },
    onSuccess: async (made) => {
      await refresh("/runs", "/syncs", "/system");
      await navigate({ to: "/runs/$id", params: { id: made.id } });
    },
  });
  return (
    <>
      <Button icon="run" isDisabled={retry.isPending} onPress={() => retry.mutate()}>
        {hasRefused ? "Retry refused" : "Try again what is unknown"}
      </Button>
      <Failure error={retry.error} />
    </>
  );
}
