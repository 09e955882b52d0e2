import { useMutation } from "@tanstack/react-query";
import { client } from "../../api/client";
import { useRefresh } from "../../api/queries";
import type { Inlet, MadeInlet } from "../../api/types";
import { announce } from "../../ui/announce";
import { Confirm } from "../../ui/dialog";

interface EndProps {
  /** The address that is to end; none while nobody asks. */
  inlet: Inlet | undefined;
  onClose: () => void;
}

/** Draws another address in an old one's place, after saying what that stops. */
export function Rotation({
  inlet,
  onClose,
  onMade,
}: EndProps & { onMade: (made: MadeInlet) => void }) {
  const refresh = useRefresh();
  const rotate = useMutation({
    mutationFn: async ({ id }: Inlet) => {
      const { data } = await client.POST("/inlets/{id}/rotate", { params: { path: { id } } });
      return data as MadeInlet;
    },
    onSuccess: async (made) => {
      onClose();
      onMade(made);
      await refresh("/inlets");
    },
  });
  return (
    <Confirm
      title={`Replace the address of ${inlet?.name}?`}
      verb="Replace"
      isOpen={inlet !== undefined}
      isBusy={rotate.isPending}
      error={rotate.error}
      onConfirm={() => inlet && rotate.mutate(inlet)}
      onClose={onClose}
    >
      <p>The old address and its signing key are good no more at once.</p>
    </Confirm>
  );
}

/** Takes an address away, after saying what that stops. */
export function Revocation({ inlet, onClose }: EndProps) {
  const refresh = useRefresh();
  const revoke = useMutation({
    mutationFn: ({ id }: Inlet) => client.DELETE("/inlets/{id}", { params: { path: { id } } }),
    onSuccess: async (_answer, { name }) => {
      onClose();
      announce(`${name} is revoked.`);
      await refresh("/inlets");
    },
  });
  return (
    <Confirm
      title={`Revoke ${inlet?.name}?`}
      verb="Revoke address"
      isOpen={inlet !== undefined}
      isBusy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => inlet && revoke.mutate(inlet)}
      onClose={onClose}
    >
      <p>Whoever sends records there is refused from the next one on. It cannot be brought back.</p>
    </Confirm>
  );
}
