import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { client } from "../api/client";
import { useOnce } from "../api/once";
import { useRefresh } from "../api/queries";
import type { Plan, Run } from "../api/types";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { formatMoment } from "../ui/format";
import { Failure } from "../ui/notice";

const says = {
  push: {
    where: "there",
    left: "there since is left alone",
    after: ": its next run would write again what the dataset says",
  },
  pull: {
    where: "here",
    left: "here since is left as it is, field by field",
    after: ": its next run would bring again what the table holds",
  },
  two_way: {
    where: "on either side",
    left: "since is left alone",
    after:
      ". Both sides then agree to differ in what was taken back: its next run leaves that alone until somebody edits it",
  },
};

/** Asks for a plan that takes back what a run wrote, while that is remembered. */
export function Undo({ run }: { run: Run }) {
  const [isAsking, setIsAsking] = useState(false);
  const undo = useUndo(run);
  const words = says[run.direction];
  if (!run.undo_until) return null;
  return (
    <>
      <Button icon="undo" onPress={() => setIsAsking(true)}>
        Undo
      </Button>
      <Dialog title="Undo this run?" isOpen={isAsking} onClose={() => setIsAsking(false)}>
        <div className="stack">
          <p>
            First a plan is made: it looks at each record that the run wrote and shows, field by
            field, what would be taken back {words.where}. What somebody has changed {words.left}.
            Nothing is written before you approve it.
          </p>
          <p>
            When it is carried out, the schedule of the sync rests until you wake it{words.after}.
          </p>
          <p className="quiet">
            What the run wrote is remembered until {formatMoment(run.undo_until)}.
          </p>
          <Failure error={undo.error} />
          <div className="actions end">
            <Button onPress={() => setIsAsking(false)}>Leave it</Button>
            <Button look="primary" isDisabled={undo.isPending} onPress={() => undo.mutate()}>
              Make the plan
            </Button>
          </div>
        </div>
      </Dialog>
    </>
  );
}

function useUndo({ id }: Run) {
  const navigate = useNavigate();
  const refresh = useRefresh();
  const once = useOnce();
  return useMutation({
    mutationFn: async () => {
      const params = { path: { id }, header: once(id) };
      const { data } = await client.POST("/runs/{id}/undo", { params });
      return data as Plan;
    },
    onSuccess: async (plan) => {
      await refresh("/syncs/{id}/plans", "/plans", "/runs");
      await navigate({ to: "/plans/$id", params: { id: plan.id } });
    },
  });
}
