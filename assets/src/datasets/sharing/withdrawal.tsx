import { useMutation } from "@tanstack/react-query";
import { client } from "../../api/client";
import { tagOf } from "../../api/guarded";
import { useRefresh } from "../../api/queries";
import type { Dataset, Share } from "../../api/types";
import { announce } from "../../ui/announce";
import { Confirm } from "../../ui/dialog";
import { formatAmount } from "../../ui/format";

interface WithdrawalProps {
  dataset: Dataset;
  /** The share that is to end; none while nobody asks. */
  share: Share | undefined;
  onClose: () => void;
}

/** Takes a dataset away from somebody, after saying what that stops. */
export function Withdrawal({ dataset, share, onClose }: WithdrawalProps) {
  const refresh = useRefresh();
  const withdraw = useMutation({
    mutationFn: ({ user_id, version }: Share) =>
      client.DELETE("/datasets/{id}/shares/{user}", {
        params: {
          path: { id: dataset.id, user: user_id },
          header: { "If-Match": tagOf(version) },
        },
      }),
    onSuccess: async (_answer, { email }) => {
      onClose();
      announce(`${dataset.name} is no longer shared with ${email}.`);
      await refresh("/datasets/{id}/shares");
    },
  });
  const close = () => {
    withdraw.reset();
    onClose();
  };
  return (
    <Confirm
      title={`Withdraw ${dataset.name} from ${share?.email}?`}
      verb="Withdraw"
      isOpen={share !== undefined}
      isBusy={withdraw.isPending}
      error={withdraw.error}
      onConfirm={() => share && withdraw.mutate(share)}
      onClose={close}
    >
      <p>
        They see nothing of it from their next request on.{" "}
        {share && share.syncs > 0 && (
          <>
            {formatAmount(share.syncs, "sync")} of theirs will do nothing any more; a run that is
            under way ends before its next call. What was written elsewhere stays there.
          </>
        )}
      </p>
    </Confirm>
  );
}
