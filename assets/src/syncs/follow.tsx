import { type FormEvent, useState } from "react";
import { fieldMessages } from "../api/problem";
import type { Sync } from "../api/types";
import { announce } from "../ui/announce";
import { formatAmount } from "../ui/format";
import { FollowFields, hoursOf, oddFollow, usualFollow } from "./follow-fields";
import { Changeable, SaveOrLeave, SavingFailure, useSaving } from "./saving";

/** How much of the table the runs of a pull read, and the way to another choice. */
export function FollowPanel({ sync, mayWrite }: { sync: Sync; mayWrite: boolean }) {
  return (
    <Changeable
      title="What runs read"
      change={mayWrite && "Change what runs read"}
      form={(onDone) => <FollowForm sync={sync} onDone={onDone} />}
    >
      {describeFollow(sync)}
    </Changeable>
  );
}

function describeFollow({ full_every_hours: hours = 0 }: Sync): string {
  return hours === 0
    ? "Each run reads the whole table."
    : `Runs read what has changed, and the whole table once in ${formatAmount(hours, "hour")}: only then is seen what was deleted there, what formulas and lookups give, and what was edited here.`;
}

function FollowForm({ sync, onDone }: { sync: Sync; onDone: () => void }) {
  const { full_every_hours: kept = 0 } = sync;
  const [typed, setTyped] = useState({
    isFollowing: kept > 0,
    hours: kept > 0 ? String(kept) : usualFollow.hours,
  });
  const [odd, setOdd] = useState<Record<string, string>>({});
  const saving = useSaving<Pick<Sync, "full_every_hours">>(sync, () => {
    announce("It is saved what runs read.");
    onDone();
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const odd = oddFollow(typed);
    setOdd(odd);
    if (Object.keys(odd).length > 0) return;
    saving.mutate({ wish: { full_every_hours: hoursOf(typed) }, version: sync.version });
  };
  const faults = { ...fieldMessages(saving.error), ...odd };
  return (
    <form className="form" onSubmit={submit}>
      <FollowFields value={typed} onChange={setTyped} faults={faults} />
      {Object.keys(faults).length === 0 && (
        <SavingFailure
          sync={sync}
          saving={saving}
          words={(one) => ({ "What runs read": describeFollow(one) })}
        />
      )}
      <SaveOrLeave isBusy={saving.isPending} onLeave={onDone} />
    </form>
  );
}
