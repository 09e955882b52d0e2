import { useMay } from "../api/session";
import type { Run } from "../api/types";
import { useMakePlan } from "../plans/make";
import { Button } from "../ui/button";
import { formatAmount, formatCount } from "../ui/format";
import { Failure, Notice } from "../ui/notice";

/** That a run has deleted nothing at the provider though it might have, and what can be done. */
export function DeletionsHeld({ run }: { run: Run }) {
  const make = useMakePlan(run.sync_id);
  const mayRun = useMay("sync:run");
  if (!run.deletions_held) return null;
  const { cause, records, linked } = run.deletions_held;
  if (cause === "empty_source") {
    return (
      <Notice tone="warn" title="Nothing was deleted there: no record is left here">
        <p>
          {formatAmount(records, "record")} there would go. When the dataset, the filter or the
          selection gives no record at all, that is taken for a mistake.
        </p>
      </Notice>
    );
  }
  return (
    <Notice tone="warn" title={`${formatAmount(records, "deletion")} held back`}>
      <p>
        {formatCount(records)} of {formatAmount(linked, "linked record")} are no longer wanted: more
        than the sync deletes in one run. Look at them in a plan, and approve it if it is right.
      </p>
      {mayRun && (
        <div className="actions">
          <Button isDisabled={make.isPending} onPress={() => make.mutate(false)}>
            Make a plan
          </Button>
        </div>
      )}
      <Failure error={make.error} />
    </Notice>
  );
}
