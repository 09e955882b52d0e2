import { type FormEvent, useState } from "react";
import { $api, client } from "../api/client";
import { useGuarded } from "../api/guarded";
import { fieldMessages } from "../api/problem";
import { useRefresh } from "../api/queries";
import type { Sync } from "../api/types";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { SaveFailure } from "../ui/conflict";
import { Loaded } from "../ui/loaded";
import { Panel } from "../ui/page";
import { describeDeletes } from "./deletes";
import { DeletesFields } from "./deletes-fields";
import { readSync } from "./edit";

/** What becomes of remote records that are no longer wanted, and the way to another choice. */
export function DeletesPanel({ sync, mayWrite }: { sync: Sync; mayWrite: boolean }) {
  const [isEditing, setIsEditing] = useState(false);
  const edit = mayWrite && !isEditing && (
    <Button onPress={() => setIsEditing(true)}>Change what is deleted</Button>
  );
  return (
    <Panel title="Records that are no longer wanted" aside={edit}>
      {isEditing ? (
        <DeletesForm sync={sync} onDone={() => setIsEditing(false)} />
      ) : (
        <p>{describeDeletes(sync.deletes)}</p>
      )}
    </Panel>
  );
}

type Wish = Pick<Sync, "deletes">;

function DeletesForm({ sync, onDone }: { sync: Sync; onDone: () => void }) {
  const [deletes, setDeletes] = useState(sync.deletes);
  const path = { id: sync.connection.id };
  const connection = $api.useQuery("get", "/connections/{id}", { params: { path } });
  const refresh = useRefresh();
  const save = useGuarded({
    read: () => readSync(sync.id),
    write: (body: Wish, tag) =>
      client.PATCH("/syncs/{id}", {
        params: { path: { id: sync.id }, header: { "If-Match": tag } },
        body,
      }),
    onSaved: async () => {
      announce("It is saved what becomes of records that are no longer wanted.");
      onDone();
      await refresh("/syncs");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ wish: { deletes }, version: sync.version });
  };
  const faults = fieldMessages(save.error);
  return (
    <Loaded query={connection}>
      {(connection) => (
        <form className="form" onSubmit={submit}>
          <DeletesFields
            connection={connection}
            value={deletes}
            onChange={setDeletes}
            faults={faults}
          />
          {Object.keys(faults).length === 0 && (
            <SaveFailure
              error={save.error}
              seen={sync}
              words={({ deletes }) => ({ "No longer wanted": describeDeletes(deletes) })}
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
