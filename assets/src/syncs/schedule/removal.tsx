import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { client } from "../../api/client";
import { tagOf } from "../../api/guarded";
import { useRefresh } from "../../api/queries";
import type { NewSchedule, Sync } from "../../api/types";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { changeKept, type Kept } from "./kept";
import { sentenceOf } from "./words";

interface RemovalProps {
  sync: Sync;
  kept: Kept & { set: NewSchedule };
}

/** Takes the schedule away, after saying what stops with it. */
export function Removal({ sync: { id, name }, kept }: RemovalProps) {
  const [isAsking, setIsAsking] = useState(false);
  const refresh = useRefresh();
  const remove = useMutation({
    mutationFn: () =>
      changeKept(id, kept, tagOf(kept.version), (tag) =>
        client.DELETE("/syncs/{id}/schedule", {
          params: { path: { id }, header: { "If-Match": tag } },
        }),
      ),
    onSuccess: async () => {
      setIsAsking(false);
      announce(`${name} runs only when somebody asks now.`);
      await refresh("/syncs");
    },
  });
  const close = () => {
    remove.reset();
    setIsAsking(false);
    void refresh("/syncs/{id}/schedule");
  };
  return (
    <>
      <Button look="removal" icon="trash" onPress={() => setIsAsking(true)}>
        Remove the schedule
      </Button>
      <Confirm
        title={`Remove the schedule of ${name}?`}
        verb="Remove the schedule"
        isOpen={isAsking}
        isBusy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={close}
      >
        <p>
          It was: {sentenceOf(kept.set)}. From now on {name} runs only when somebody asks. A run
          that is under way goes on, and what was written stays.
        </p>
      </Confirm>
    </>
  );
}
