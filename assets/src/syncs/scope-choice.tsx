import { type FormEvent, useState } from "react";
import { fieldMessages } from "../api/problem";
import type { Sync } from "../api/types";
import { useDataset } from "../datasets/frame";
import { announce } from "../ui/announce";
import { Loaded } from "../ui/loaded";
import { Changeable, SaveOrLeave, SavingFailure, useSaving } from "./saving";
import { describeScope, scopeOf } from "./scope";
import { ScopeFields } from "./scope-fields";

/** Which records the sync takes, and the way to another choice. */
export function ScopePanel({ sync, mayWrite }: { sync: Sync; mayWrite: boolean }) {
  return (
    <Changeable
      title="Which records"
      change={mayWrite && sync.dataset.available && "Change"}
      form={(onDone) => <ScopeForm sync={sync} onDone={onDone} />}
    >
      {describeScope(sync.scope)}
    </Changeable>
  );
}

function ScopeForm({ sync, onDone }: { sync: Sync; onDone: () => void }) {
  const { kind, filter = "" } = sync.scope;
  const [value, setValue] = useState({ kind, filter });
  const dataset = useDataset(sync.dataset.id);
  const saving = useSaving<Pick<Sync, "scope">>(sync, () => {
    announce("It is saved which records the sync takes.");
    onDone();
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const scope = scopeOf(value.kind, value.filter);
    saving.mutate({ wish: { scope }, version: sync.version });
  };
  const fault = fieldMessages(saving.error)["scope.filter"];
  return (
    <Loaded query={dataset}>
      {(dataset) => (
        <form className="form" onSubmit={submit}>
          <ScopeFields
            dataset={dataset}
            isBoth={sync.direction === "two_way"}
            value={value}
            onChange={setValue}
            error={fault}
          />
          {!fault && (
            <SavingFailure
              sync={sync}
              saving={saving}
              words={({ scope }) => ({ "Which records": describeScope(scope) })}
            />
          )}
          <SaveOrLeave isBusy={saving.isPending} onLeave={onDone} />
        </form>
      )}
    </Loaded>
  );
}
