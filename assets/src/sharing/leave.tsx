import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useRefresh } from "../api/queries";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Confirm } from "../ui/dialog";
import type { Shareable } from "./shareable";

/** Gives up a thing that somebody else shares. */
export function Leave<Level extends string>({ thing }: { thing: Shareable<Level> }) {
  const [isAsking, setIsAsking] = useState(false);
  const navigate = useNavigate();
  const refresh = useRefresh();
  const leave = useMutation({
    mutationFn: thing.leave,
    onSuccess: async () => {
      announce(`You have given up ${thing.name}.`);
      await navigate({ to: thing.home });
      await refresh(thing.home, "/syncs");
    },
  });
  return (
    <div className="actions">
      <Button look="removal" onPress={() => setIsAsking(true)}>
        Give it up
      </Button>
      <Confirm
        title={`Give up ${thing.name}?`}
        verb="Give it up"
        isOpen={isAsking}
        isBusy={leave.isPending}
        error={leave.error}
        onConfirm={() => leave.mutate()}
        onClose={() => setIsAsking(false)}
      >
        <p>
          {thing.hasSyncs && "Syncs that you have made from it will do nothing any more. "}
          {thing.owner} can share it with you again.
        </p>
      </Confirm>
    </div>
  );
}
