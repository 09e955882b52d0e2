import { useMutation } from "@tanstack/react-query";
import { useRefresh } from "../../api/queries";
import { announce } from "../../ui/announce";
import { Confirm } from "../../ui/dialog";
import type { Ends, Thing } from "./calls";

interface EndingProps<Kept extends Thing> {
  calls: Ends<Kept>;
  /** What is to go; nothing while nobody asks. */
  doomed: Kept | undefined;
  onGone?: (thing: Kept) => void;
  onClose: () => void;
}

/** Deletes what is kept, after saying what that means. */
export function KeptEnding<Kept extends Thing>(props: EndingProps<Kept>) {
  const { calls, doomed, onGone, onClose } = props;
  const refresh = useRefresh();
  const end = useMutation({
    mutationFn: (thing: Kept) => calls.remove(thing),
    onSuccess: async (_answer, thing) => {
      onClose();
      onGone?.(thing);
      announce(`The ${calls.noun} ${thing.name} is deleted.`);
      await refresh(...calls.touches);
    },
    // Somebody else may have changed it.
    onError: () => refresh(...calls.touches),
  });
  const close = () => {
    end.reset();
    onClose();
  };
  return (
    <Confirm
      title={`Delete the ${calls.noun} ${doomed?.name}?`}
      verb={`Delete the ${calls.noun}`}
      isOpen={doomed !== undefined}
      isBusy={end.isPending}
      error={end.error}
      onConfirm={() => doomed && end.mutate(doomed)}
      onClose={close}
    >
      <p>{calls.words.loss}</p>
    </Confirm>
  );
}
