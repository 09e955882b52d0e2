import { type FormEvent, useState } from "react";
import { client } from "../api/client";
import { useGuarded } from "../api/guarded";
import { fieldMessages } from "../api/problem";
import { useRefresh } from "../api/queries";
import type { Sync } from "../api/types";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { SaveFailure } from "../ui/conflict";
import { formatAmount } from "../ui/format";
import { Panel } from "../ui/page";
import { readSync } from "./edit";
import { type Meeting, MeetingFields, oddWait, policyWord, secondsOf } from "./meeting-fields";

/** How both sides of a two-way sync meet, and the way to another choice. */
export function MeetingPanel({ sync, mayWrite }: { sync: Sync; mayWrite: boolean }) {
  const [isEditing, setIsEditing] = useState(false);
  const edit = mayWrite && !isEditing && (
    <Button onPress={() => setIsEditing(true)}>Change the rules</Button>
  );
  return (
    <Panel title="When both sides change" aside={edit}>
      {isEditing ? (
        <MeetingForm sync={sync} onDone={() => setIsEditing(false)} />
      ) : (
        <p>{describe(sync)}</p>
      )}
    </Panel>
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
  const refresh = useRefresh();
  const save = useGuarded({
    read: () => readSync(sync.id),
    write: (body: Wish, tag) =>
      client.PATCH("/syncs/{id}", {
        params: { path: { id: sync.id }, header: { "If-Match": tag } },
        body,
      }),
    onSaved: async () => {
      announce("It is saved how both sides meet.");
      onDone();
      await refresh("/syncs");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wait_seconds = secondsOf(meeting.wait);
    setIsOdd(Number.isNaN(wait_seconds));
    if (Number.isNaN(wait_seconds)) return;
    save.mutate({ wish: { conflicts: meeting.conflicts, wait_seconds }, version: sync.version });
  };
  const faults = isOdd ? { wait_seconds: oddWait } : fieldMessages(save.error);
  return (
    <form className="form" onSubmit={submit}>
      <MeetingFields value={meeting} onChange={setMeeting} faults={faults} />
      {Object.keys(faults).length === 0 && (
        <SaveFailure
          error={save.error}
          seen={sync}
          words={(one) => ({
            "When both sides change": `${policyWord(one.conflicts ?? "ask")}, ${one.wait_seconds} s`,
          })}
          apply={(theirs, wish) => ({ ...theirs, ...wish })}
          isBusy={save.isPending}
          onReload={() => {
            save.reset();
            void refresh("/syncs");
          }}
          onOverwrite={save.mutate}
        />
      )}
      <div className="actions">
        <Button look="primary" type="submit" isDisabled={save.isPending}>
          Save
        </Button>
        <Button onPress={onDone}>Leave it as it was</Button>
      </div>
    </form>
  );
}
