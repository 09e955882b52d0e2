import { type FormEvent, useState } from "react";
import { client } from "../api/client";
import { useGuarded } from "../api/guarded";
import { fieldMessages } from "../api/problem";
import { useRefresh } from "../api/queries";
import type { Sync } from "../api/types";
import { useDataset } from "../datasets/frame";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { SaveFailure } from "../ui/conflict";
import { Loaded } from "../ui/loaded";
import { Panel } from "../ui/page";
import { readSync } from "./edit";
import { describeScope, scopeOf } from "./scope";
import { ScopeFields } from "./scope-fields";

/** Which records the sync takes, and the way to another choice. */
export function ScopePanel({ sync, mayWrite }: { sync: Sync; mayWrite: boolean }) {
  const [isEditing, setIsEditing] = useState(false);
  const edit = mayWrite && !isEditing && sync.dataset.available && (
    <Button onPress={() => setIsEditing(true)}>Change</Button>
  );
  return (
    <Panel title="Which records" aside={edit}>
      {isEditing ? (
        <ScopeForm sync={sync} onDone={() => setIsEditing(false)} />
      ) : (
        <p>{describeScope(sync.scope)}</p>
      )}
    </Panel>
  );
}

type Wish = Pick<Sync, "scope">;

function ScopeForm({ sync, onDone }: { sync: Sync; onDone: () => void }) {
  const { kind, filter = "" } = sync.scope;
  const [value, setValue] = useState({ kind, filter });
  const dataset = useDataset(sync.dataset.id);
  const refresh = useRefresh();
  const save = useGuarded({
    read: () => readSync(sync.id),
    write: (body: Wish, tag) =>
      client.PATCH("/syncs/{id}", {
        params: { path: { id: sync.id }, header: { "If-Match": tag } },
        body,
      }),
    onSaved: async () => {
      announce("It is saved which records the sync takes.");
      onDone();
      await refresh("/syncs");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({
      wish: { scope: scopeOf(value.kind, value.filter) },
      version: sync.version,
    });
  };
  const fault = fieldMessages(save.error)["scope.filter"];
  return (
    <Loaded query={dataset}>
      {(dataset) => (
        <form className="form" onSubmit={submit}>
          <ScopeFields dataset={dataset} value={value} onChange={setValue} error={fault} />
          {!fault && (
            <SaveFailure
              error={save.error}
              seen={sync}
              words={({ scope }) => ({ "Which records": describeScope(scope) })}
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
      )}
    </Loaded>
  );
}
