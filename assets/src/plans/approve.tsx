import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { client } from "../api/client";
import { useOnce } from "../api/once";
import { useRefresh } from "../api/queries";
import type { Plan, Run } from "../api/types";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { formatAmount, formatCount, formatDuration } from "../ui/format";
import { Failure } from "../ui/notice";
import { useNow } from "../ui/time";
import { isApprovable, isExpired, planWrites } from "./state";

/** Approves a plan that waits for it, and runs it. */
export function Approve({ plan }: { plan: Plan }) {
  const [isAsking, setIsAsking] = useState(false);
  const now = useNow(2_000);
  const approve = useApproval(plan);
  if (plan.state !== "ready" || !isApprovable(plan) || isExpired(plan, now)) return null;
  return (
    <>
      <Button look="primary" icon="play" onPress={() => setIsAsking(true)}>
        Approve and run
      </Button>
      <Dialog
        title="Approve this plan and run it?"
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
      >
        <div className="stack">
          <p>
            <Written plan={plan} />, and nothing that is not in the plan.
            {plan.seconds !== undefined && ` That takes about ${formatDuration(plan.seconds)}.`} The
            book keeps who approved it.
          </p>
          {plan.undoes && (
            <p>
              The schedule of the sync then rests until you wake it, and what changes there makes it
              run no more{again[plan.direction]}
            </p>
          )}
          <Failure error={approve.error} />
          <div className="actions end">
            <Button onPress={() => setIsAsking(false)}>Not yet</Button>
            <Button look="primary" isDisabled={approve.isPending} onPress={() => approve.mutate()}>
              Approve and run
            </Button>
          </div>
        </div>
      </Dialog>
    </>
  );
}

const again = {
  push: ": its next run would write again what the dataset says.",
  pull: ": its next run would bring again what the table holds.",
  two_way: ". Both sides agree to differ in what is taken back, until somebody edits it.",
};

function Written({ plan }: { plan: Plan }) {
  const { both } = plan;
  if (both) {
    const { here, there } = planWrites(plan);
    const asked = both.conflicts_asked;
    return (
      <>
        {formatAmount(here, "record")} {here === 1 ? "is" : "are"} written or deleted here and{" "}
        {formatCount(there)} there
        {asked > 0 &&
          `; ${formatAmount(asked, "conflict")} ${asked === 1 ? "goes" : "go"} into the inbox`}
      </>
    );
  }
  const { there } = planWrites(plan);
  return (
    <>
      {formatAmount(there, "record")} {there === 1 ? "is" : "are"} written{" "}
      {plan.direction === "pull" ? "or deleted here" : "there"}
    </>
  );
}

function useApproval({ id }: Plan) {
  const navigate = useNavigate();
  const refresh = useRefresh();
  const once = useOnce();
  return useMutation({
    mutationFn: async () => {
      const params = { path: { id }, header: once(id) };
      const { data } = await client.POST("/plans/{id}/runs", { params });
      return data as Run;
    },
    onError: () => refresh("/plans"),
    onSuccess: async (run) => {
      await refresh("/plans", "/runs", "/syncs", "/system");
      await navigate({ to: "/runs/$id", params: { id: run.id } });
    },
  });
}
