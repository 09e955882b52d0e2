import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { client } from "../api/client";
import { fieldMessages } from "../api/problem";
import { useRefresh } from "../api/queries";
import type { Dataset, RemoteTable, Sync } from "../api/types";
import { useTables } from "../connections/bases";
import { useDataset } from "../datasets/frame";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Checkbox } from "../ui/fields";
import { Loaded } from "../ui/loaded";
import { Failure, Notice } from "../ui/notice";
import { draftMapping, finishMapping } from "./mapping";
import { MappingEditor } from "./mapping-editor";

interface EditMappingProps {
  sync: Sync;
  onDone: () => void;
}

/** Changes what goes where; both ends are read afresh, for they may have moved. */
export function EditMapping({ sync, onDone }: EditMappingProps) {
  const dataset = useDataset(sync.dataset.id);
  const tables = useTables(sync.connection.id, sync.base.id);
  return (
    <Loaded query={dataset}>
      {(dataset) => (
        <Loaded query={tables}>
          {({ items }) => {
            const table = items.find(({ id }) => id === sync.table.id);
            return table ? (
              <MappingForm sync={sync} dataset={dataset} table={table} onDone={onDone} />
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

function MappingForm({ sync, dataset, table, onDone }: MappingFormProps) {
  const [mapping, setMapping] = useState(() => draftMapping(sync.mapping));
  const [typecast, setTypecast] = useState(sync.typecast);
  const refresh = useRefresh();
  const save = useMutation({
    mutationFn: () =>
      client.PATCH("/syncs/{id}", {
        params: { path: { id: sync.id } },
        body: {
          mapping: finishMapping(mapping, dataset.fields),
          remote_key_field_id: mapping[dataset.key_field],
          typecast,
        },
      }),
    onSuccess: async () => {
      announce("The mapping is saved.");
      onDone();
      await refresh("/syncs");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form className="form wide" onSubmit={submit}>
      <MappingEditor
        dataset={dataset}
        table={table}
        mapping={mapping}
        faults={fieldMessages(save.error)}
        onChange={setMapping}
      />
      <Checkbox isSelected={typecast} onChange={setTypecast}>
        Let Airtable convert texts, and add choices that it does not know yet
      </Checkbox>
      <Failure error={save.error} />
      <div className="actions">
        <Button look="primary" type="submit" isDisabled={save.isPending}>
          Save
        </Button>
        <Button onPress={onDone}>Leave it as it was</Button>
      </div>
    </form>
  );
}
