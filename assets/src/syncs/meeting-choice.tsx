import { type FormEvent, useState } from "react";
import { fieldMessages } from "../api/problem";
import type { Sync } from "../api/types";
import { announce } from "../ui/announce";
import { formatAmount } from "../ui/format";
import { type Meeting, MeetingFields, oddWait, policyWord, secondsOf } from "./meeting-fields";
import { Changeable, SaveOrLeave, SavingFailure, useSaving } from "./saving";

/** How both sides of a two-way sync meet, and the way to another choice. */
export function MeetingPanel({ sync, mayWrite }: { sync: Sync; mayWrite: boolean }) {
  return (
    <Changeable
      title="When both sides change"
      change={mayWrite && "Change the rules"}
      form={(onDone) => <MeetingForm sync={sync} onDone={onDone} />}
    >
      {describe(sync)}
    </Changeable>
  );
}

function describe({ conflicts = "ask", wait_seconds = 0 }: Sync): string {
  const waits =
    wait_seconds > 0
      ? ` What was edited there less than ${formatAmount(wait_seconds, "second")} ago waits for the next run.`
      : "";
  const who =
    conflicts === "ask"
      ? "Somebody is asked who is right, in the inbox of conflicts."
      : `Taken is: ${policyWord(conflicts).toLowerCase()}.`;
  return `Of a record that both sides have changed, each field takes the side that changed it. Where both changed the same field: ${who}${waits}`;
}

type Wish = Pick<Sync, "conflicts" | "wait_seconds">;

function MeetingForm({ sync, onDone }: { sync: Sync; onDone: () => void }) {
  const [meeting, setMeeting] = useState<Meeting>({
    conflicts: sync.conflicts ?? "ask",
    wait: String(sync.wait_seconds ?? 0),
  });
  const [isOdd, setIsOdd] = useState(false);
  const saving = useSaving<Wish>(sync, () => {
    announce("It is saved how both sides meet.");
    onDone();
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wait_seconds = secondsOf(meeting.wait);
    setIsOdd(Number.isNaN(wait_seconds));
    if (Number.isNaN(wait_seconds)) return;
    saving.mutate({ wish: { conflicts: meeting.conflicts, wait_seconds }, version: sync.version });
  };
  const faults = isOdd ? { wait_seconds: oddWait } : fieldMessages(saving.error);
  return (
    <form className="form" onSubmit={submit}>
      <MeetingFields value={meeting} onChange={setMeeting} faults={faults} />
      {Object.keys(faults).length === 0 && (
        <SavingFailure
          sync={sync}
          saving={saving}
          words={(one) => ({
            "When both sides change": `${policyWord(one.conflicts ?? "ask")}, ${one.wait_seconds} s`,
          })}
        />
      )}
      <SaveOrLeave isBusy={saving.isPending} onLeave={onDone} />
    </form>
  );
}
