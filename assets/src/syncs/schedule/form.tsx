import { type FormEvent, useState } from "react";
import { useGuarded } from "../../api/guarded";
import { fieldMessages } from "../../api/problem";
import { useRefresh } from "../../api/queries";
import type { NewSchedule, Sync } from "../../api/types";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { SaveFailure } from "../../ui/conflict";
import { type Draft, draftOf, faultsOf, scheduleOf } from "./draft";
import { type Kept, readKept, setKept } from "./kept";
import { ScheduleParts } from "./parts";
import { NextTimes, previewFaults, usePreview } from "./preview";
import { ownZone } from "./times";
import { describeSchedule } from "./words";

interface ScheduleFormProps {
  sync: Sync;
  kept: Kept;
  /** Somebody begins to edit. */
  onFocus: () => void;
  /** What was edited is dropped, for what others saved. */
  onReload: () => void;
  onDone: () => void;
}

/** When the sync is to run by itself, beside the times that this comes to. */
export function ScheduleForm({ sync, kept, onFocus, onReload, onDone }: ScheduleFormProps) {
  const [draft, setDraft] = useState(() => draftOf(kept.set, ownZone()));
  const refresh = useRefresh();
  const save = useSaving(sync, kept, onDone);
  const faults = faultsOf(draft);
  const isSendable = Object.keys(faults).length === 0;
  const preview = usePreview(isSendable ? scheduleOf(draft) : undefined);
  const refused = { ...previewFaults(preview), ...fieldMessages(save.error) };
  const change = (part: Partial<Draft>) => {
    // What was refused, and whom it met, is of what stood here before.
    save.reset();
    setDraft({ ...draft, ...part });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isSendable) save.mutate({ wish: scheduleOf(draft), version: kept.version });
  };
  return (
    <form className="form wide schedule-form" onSubmit={submit} onFocus={onFocus}>
      <ScheduleParts draft={draft} faults={{ ...refused, ...faults }} onChange={change} />
      <NextTimes
        preview={preview}
        zone={draft.zone}
        isFaulty={!isSendable || Object.keys(refused).length > 0}
      />
      <SaveFailure
        error={Object.keys(fieldMessages(save.error)).length > 0 ? null : save.error}
        seen={kept}
        words={({ set }: Kept) => describeSchedule(set)}
        apply={(theirs, set) => ({ ...theirs, set })}
        isBusy={save.isPending}
        onReload={() => {
          onReload();
          void refresh("/syncs");
        }}
        onOverwrite={save.mutate}
      />
      <div className="actions">
        <Button look="primary" type="submit" isDisabled={save.isPending}>
          Save
        </Button>
        <Button onPress={onDone}>Leave it as it was</Button>
      </div>
    </form>
  );
}

function useSaving({ id, name }: Sync, kept: Kept, onDone: () => void) {
  const refresh = useRefresh();
  return useGuarded({
    read: () => readKept(id),
    write: (wish: NewSchedule, tag) => setKept(id, kept, wish, tag),
    onSaved: async (_saved, { paused }) => {
      announce(paused ? "The schedule is saved; it rests." : `${name} runs by itself now.`);
      await refresh("/syncs");
      onDone();
    },
  });
}
