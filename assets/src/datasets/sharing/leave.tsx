import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { client } from "../../api/client";
import { useRefresh } from "../../api/queries";
import type { Dataset } from "../../api/types";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";

/** Gives up a dataset that somebody else shares. */
export function Leave({ dataset }: { dataset: Dataset }) {
  const [isAsking, setIsAsking] = useState(false);
  const navigate = useNavigate();
  const refresh = useRefresh();
  const leave = useMutation({
    mutationFn: () =>
      client.DELETE("/datasets/{id}/access", { params: { path: { id: dataset.id } } }),
    onSuccess: async () => {
      announce(`You have given up ${dataset.name}.`);
      await navigate({ to: "/datasets" });
      await refresh("/datasets", "/syncs");
    },
  });
  return (
    <div className="actions">
      <Button look="removal" onPress={() => setIsAsking(true)}>
        Give it up
      </Button>
      <Confirm
        title={`Give up ${dataset.name}?`}
        verb="Give it up"
        isOpen={isAsking}
        isBusy={leave.isPending}
        error={leave.error}
        onConfirm={() => leave.mutate()}
        onClose={() => setIsAsking(false)}
      >
        <p>
          Syncs that you have made from it will do nothing any more. {dataset.shared_by} can share
          it with you again.
        </p>
      </Confirm>
    </div>
  );
}
