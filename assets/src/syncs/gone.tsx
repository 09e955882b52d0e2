import { type FormEvent, useState } from "react";
import { fieldMessages } from "../api/problem";
import type { Sync } from "../api/types";
import { announce } from "../ui/announce";
import { formatAmount } from "../ui/format";
import { type Gone, GoneFields, goneOf, oddGone, usualGone } from "./gone-fields";
import { Changeable, SaveOrLeave, SavingFailure, useSaving } from "./saving";

/** What becomes of records here that are gone there, and the way to another choice. */
export function GonePanel({ sync, mayWrite }: { sync: Sync; mayWrite: boolean }) {
  return (
    <Changeable
      title="What is gone there"
      change={mayWrite && "Change what is deleted here"}
      form={(onDone) => <GoneForm sync={sync} onDone={onDone} />}
    >
      {describeGone(sync)}
    </Changeable>
  );
}

/** What becomes of records here that are gone there, in words. */
export function describeGone({ direction, gone, gone_most = 0, gone_percent = 0 }: Sync): string {
  if (gone !== "delete") return "It stays here.";
  const most = `more than ${formatAmount(gone_most, "record")}, or ${gone_percent} % of those that are linked`;
  const brake = `A run that would delete ${most}, deletes none: a plan has to be approved then`;
  return direction === "two_way"
    ? `It is deleted here. What was edited here and is gone there is a conflict. ${brake}. An empty table deletes nothing.`
    : `What this sync has brought is deleted here; what somebody has changed here stays. ${brake}. An empty table deletes nothing.`;
}

type Wish = Pick<Sync, "gone" | "gone_most" | "gone_percent">;

function GoneForm({ sync, onDone }: { sync: Sync; onDone: () => void }) {
  const [typed, setTyped] = useState(() => typedOf(sync));
  const [odd, setOdd] = useState<Record<string, string>>({});
  const saving = useSaving<Wish>(sync, () => {
    announce("It is saved what becomes of records that are gone there.");
    onDone();
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const odd = oddGone(typed);
    setOdd(odd);
    if (Object.keys(odd).length > 0) return;
    saving.mutate({ wish: goneOf(typed), version: sync.version });
  };
  const faults = { ...fieldMessages(saving.error), ...odd };
  return (
    <form className="form" onSubmit={submit}>
      <GoneFields
        isBoth={sync.direction === "two_way"}
        value={typed}
        onChange={setTyped}
        faults={faults}
      />
      {Object.keys(faults).length === 0 && (
        <SavingFailure
          sync={sync}
          saving={saving}
          words={(one) => ({ "What is gone there": describeGone(one) })}
        />
      )}
      <SaveOrLeave isBusy={saving.isPending} onLeave={onDone} />
    </form>
  );
}

function typedOf({ gone, gone_most, gone_percent }: Sync): Gone {
  return {
    isDeleted: gone === "delete",
    most: String(gone_most ?? usualGone.most),
    percent: String(gone_percent ?? usualGone.percent),
  };
}
