import { useMutation } from "@tanstack/react-query";
import { client } from "../../api/client";
import { useRefresh } from "../../api/queries";
import type { Hook } from "../../api/types";
import { announce } from "../../ui/announce";
import { Confirm } from "../../ui/dialog";
import { nameOf } from "./name";

interface RemovalProps {
  /** The hook that is to go; none while nobody asks. */
  hook: Hook | undefined;
  onClose: () => void;
}

/** Takes a hook away, after saying what that stops. */
export function HookRemoval({ hook, onClose }: RemovalProps) {
  const refresh = useRefresh();
  const remove = useMutation({
    mutationFn: ({ id }: Hook) => client.DELETE("/hooks/{id}", { params: { path: { id } } }),
    onSuccess: async (_answer, gone) => {
      onClose();
      announce(`The hook ${nameOf(gone)} is removed.`);
      await refresh("/hooks");
    },
  });
  return (
    <Confirm
      title={`Remove the hook ${hook && nameOf(hook)}?`}
      verb="Remove hook"
      isOpen={hook !== undefined}
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => hook && remove.mutate(hook)}
      onClose={onClose}
    >
      <p>
        It is told nothing any more, nor what waits for it. A Zap that has it starts no more until
        it is switched off and on again.
      </p>
    </Confirm>
  );
}
