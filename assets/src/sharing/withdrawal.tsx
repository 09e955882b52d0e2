import { useMutation } from "@tanstack/react-query";
import { tagOf } from "../api/guarded";
import { useRefresh } from "../api/queries";
import { announce } from "../ui/announce";
import { Confirm } from "../ui/dialog";
import { formatAmount } from "../ui/format";
import { type Share, type Shareable, sharesOf } from "./shareable";

interface WithdrawalProps<Level extends string> {
  thing: Shareable<Level>;
  /** The share that is to end; none while nobody asks. */
  share: Share<Level> | undefined;
  onClose: () => void;
}

/** Takes a thing away from somebody, after saying what that stops. */
export function Withdrawal<Level extends string>(props: WithdrawalProps<Level>) {
  const { thing, share, onClose } = props;
  const refresh = useRefresh();
  const withdraw = useMutation({
    mutationFn: ({ user_id, version }: Share<Level>) => thing.withdraw(user_id, tagOf(version)),
    onSuccess: async (_answer, { email }) => {
      onClose();
      announce(`${thing.name} is no longer shared with ${email}.`);
      await refresh(sharesOf(thing));
    },
  });
  const close = () => {
    withdraw.reset();
    onClose();
  };
  return (
    <Confirm
      title={`Withdraw ${thing.name} from ${share?.email}?`}
      verb="Withdraw"
      isOpen={share !== undefined}
      isBusy={withdraw.isPending}
      error={withdraw.error}
      onConfirm={() => share && withdraw.mutate(share)}
      onClose={close}
    >
      <p>
        They see nothing of it from their next request on. {thing.outlasting}{" "}
        {share?.syncs !== undefined && share.syncs > 0 && (
          <>
            {formatAmount(share.syncs, "sync")} of theirs will do nothing any more; a run that is
            under way ends before its next call. What was written elsewhere stays there.
          </>
        )}
      </p>
    </Confirm>
  );
}
