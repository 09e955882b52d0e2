import { type FormEvent, useState } from "react";
import { $api } from "../api/client";
import { fieldMessages } from "../api/problem";
import type { Sync } from "../api/types";
import { announce } from "../ui/announce";
import { Loaded } from "../ui/loaded";
import { describeDeletes } from "./deletes";
import { DeletesFields } from "./deletes-fields";
import { Changeable, SaveOrLeave, SavingFailure, useSaving } from "./saving";

/** What becomes of remote records that are no longer wanted, and the way to another choice. */
export function DeletesPanel({ sync, mayWrite }: { sync: Sync; mayWrite: boolean }) {
  return (
    <Changeable
      title="Records that are no longer wanted"
      change={mayWrite && "Change what is deleted"}
      form={(onDone) => <DeletesForm sync={sync} onDone={onDone} />}
    >
      {describeDeletes(sync.deletes)}
    </Changeable>
  );
}

function DeletesForm({ sync, onDone }: { sync: Sync; onDone: () => void }) {
  const [deletes, setDeletes] = useState(sync.deletes);
  const path = { id: sync.connection.id };
  const connection = $api.useQuery("get", "/connections/{id}", { params: { path } });
  const saving = useSaving<Pick<Sync, "deletes">>(sync, () => {
    announce("It is saved what becomes of records that are no longer wanted.");
    onDone();
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    saving.mutate({ wish: { deletes }, version: sync.version });
  };
  const faults = fieldMessages(saving.error);
  return (
    <Loaded query={connection}>
      {(connection) => (
        <form className="form" onSubmit={submit}>
          <DeletesFields
            connection={connection}
            isBoth={sync.direction === "two_way"}
            value={deletes}
            onChange={setDeletes}
            faults={faults}
          />
          {Object.keys(faults).length === 0 && (
            <SavingFailure
              sync={sync}
              saving={saving}
              words={({ deletes }) => ({ "No longer wanted": describeDeletes(deletes) })}
            />
          )}
          <SaveOrLeave isBusy={saving.isPending} onLeave={onDone} />
        </form>
      )}
    </Loaded>
  );
}
