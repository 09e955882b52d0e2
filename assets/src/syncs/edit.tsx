import { type FormEvent, useState } from "react";
import { client } from "../api/client";
import { useGuarded } from "../api/guarded";
import { fieldMessages } from "../api/problem";
import { useRefresh } from "../api/queries";
import type { Dataset, RemoteTable, Sync } from "../api/types";
import { useTables } from "../connections/bases";
import { wordsOf } from "../connections/providers";
import { useDataset } from "../datasets/frame";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { SaveFailure } from "../ui/conflict";
import { Checkbox } from "../ui/fields";
import { Loaded } from "../ui/loaded";
import { Notice } from "../ui/notice";
import { applyWish, describeSync, type Wish } from "./changed";
import { draftMapping, finishMapping, waysOf } from "./mapping";
import { MappingEditor } from "./mapping-editor";

interface EditMappingProps {
  sync: Sync;
  /** Somebody begins to edit. */
  onFocus: () => void;
  /** What was edited is dropped, for what others saved. */
  onReload: () => void;
  onDone: () => void;
}

/** The sync as it is now. */
export async function readSync(id: string): Promise<Sync> {
  const { data } = await client.GET("/syncs/{id}", { params: { path: { id } } });
  return data as Sync;
}

/** Changes what goes where; both ends are read afresh, for they may have moved. */
export function EditMapping(props: EditMappingProps) {
  const { sync } = props;
  const dataset = useDataset(sync.dataset.id);
  const tables = useTables(sync.connection.id, sync.base.id);
  return (
    <Loaded query={dataset}>
      {(dataset) => (
        <Loaded query={tables}>
          {({ items }) => {
            const table = items.find(({ id }) => id === sync.table.id);
            return table ? (
              <MappingForm {...props} dataset={dataset} table={table} />
            ) : (
              <Notice tone="bad" title={`${sync.table.name} is not there any more`} />
            );
          }}
        </Loaded>
      )}
    </Loaded>
  );
}

interface MappingFormProps extends EditMappingProps {
  dataset: Dataset;
  table: RemoteTable;
}

function MappingForm(props: MappingFormProps) {
  const { sync, dataset, table, onFocus, onReload, onDone } = props;
  const [mapping, setMapping] = useState(() => draftMapping(sync.mapping));
  const [ways, setWays] = useState(() => waysOf(sync.mapping));
  const [typecast, setTypecast] = useState(sync.typecast);
  const isBoth = sync.direction === "two_way";
  const refresh = useRefresh();
  const save = useGuarded({
    read: () => readSync(sync.id),
    write: (body: Wish, tag) =>
      client.PATCH("/syncs/{id}", {
        params: { path: { id: sync.id }, header: { "If-Match": tag } },
        body,
      }),
    onSaved: async () => {
      announce("The mapping is saved.");
      onDone();
      await refresh("/syncs");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wish = {
      mapping: finishMapping(mapping, dataset.fields, isBoth ? ways : {}),
      remote_key_field_id: mapping[dataset.key_field],
      typecast,
    };
    save.mutate({ wish, version: sync.version });
  };
  return (
    <form className="form wide" onSubmit={submit} onFocus={onFocus}>
      <MappingEditor
        dataset={dataset}
        table={table}
        mapping={mapping}
        faults={fieldMessages(save.error)}
        isPull={sync.direction === "pull"}
        {...(isBoth ? { ways, onWays: setWays } : {})}
        onChange={setMapping}
      />
      {sync.direction !== "pull" && !table.any_names && (
        <Checkbox isSelected={typecast} onChange={setTypecast}>
          Convert texts, and add choices that {wordsOf(sync.connection.provider).name} does not know
          yet
        </Checkbox>
      )}
      <SaveFailure
        error={save.error}
        seen={sync}
        words={describeSync}
        apply={(theirs, wish) => applyWish(theirs, wish, table)}
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
