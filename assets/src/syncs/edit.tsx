import { type FormEvent, useState } from "react";
import { fieldMessages } from "../api/problem";
import { useRefresh } from "../api/queries";
import type { Dataset, RemoteTable, Sync } from "../api/types";
import { useTables } from "../connections/bases";
import { wordsOf } from "../connections/providers";
import { useDataset } from "../datasets/frame";
import { announce } from "../ui/announce";
import { SaveFailure } from "../ui/conflict";
import { Checkbox } from "../ui/fields";
import { Loaded } from "../ui/loaded";
import { Notice } from "../ui/notice";
import { applyWish, describeSync, type Wish } from "./changed";
import { draftMapping, finishMapping, waysOf } from "./mapping";
import { MappingEditor } from "./mapping-editor";
import { SaveOrLeave, useSaving } from "./saving";

interface EditMappingProps {
  sync: Sync;
  /** Somebody begins to edit. */
  onFocus: () => void;
  /** What was edited is dropped, for what others saved. */
  onReload: () => void;
  onDone: () => void;
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
  const saving = useSaving<Wish>(sync, () => {
    announce("The mapping is saved.");
    onDone();
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wish = {
      mapping: finishMapping(mapping, dataset.fields, isBoth ? ways : {}),
      remote_key_field_id: mapping[dataset.key_field],
      typecast,
    };
    saving.mutate({ wish, version: sync.version });
  };
  return (
    <form className="form wide" onSubmit={submit} onFocus={onFocus}>
      <MappingEditor
        dataset={dataset}
        table={table}
        mapping={mapping}
        faults={fieldMessages(saving.error)}
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
        error={saving.error}
        seen={sync}
        words={describeSync}
        apply={(theirs, wish) => applyWish(theirs, wish, table)}
        isBusy={saving.isPending}
        onReload={() => {
          onReload();
          void refresh("/syncs");
        }}
        onOverwrite={saving.mutate}
      />
      <SaveOrLeave isBusy={saving.isPending} onLeave={onDone} />
    </form>
  );
}
