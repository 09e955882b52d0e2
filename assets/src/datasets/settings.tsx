import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { client } from "../api/client";
import { tagOf, useGuarded } from "../api/guarded";
import { fieldMessages } from "../api/problem";
import { useRefresh } from "../api/queries";
import type { Dataset, Field } from "../api/types";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { SaveFailure } from "../ui/conflict";
import { Deletion } from "../ui/deletion";
import { TextField } from "../ui/fields";
import { formatAmount } from "../ui/format";
import { Notice } from "../ui/notice";
import { Panel } from "../ui/page";
import { Pinned } from "../ui/pinned";
import { draftFields, droppedFields, finishFields } from "./fields";
import { DatasetFrame } from "./frame";
import { SchemaEditor } from "./schema";
import { describeDataset } from "./words";

const route = getRouteApi("/signed-in/datasets/$id/settings");

export function DatasetSettings() {
  const { id } = route.useParams();
  return (
    <DatasetFrame id={id} tab="Settings">
      {(dataset) => (
        <>
          <Pinned thing={dataset}>
            {(seen, { hold, release }) => (
              <SchemaForm dataset={seen} onFocus={hold} onDone={release} />
            )}
          </Pinned>
          <Panel title="Delete">
            <DeleteDataset dataset={dataset} />
          </Panel>
        </>
      )}
    </DatasetFrame>
  );
}

interface SchemaFormProps {
  dataset: Dataset;
  onFocus: () => void;
  onDone: () => void;
}

function SchemaForm({ dataset, onFocus, onDone }: SchemaFormProps) {
  const [name, setName] = useState(dataset.name);
  const [fields, setFields] = useState(() => draftFields(dataset.fields));
  const refresh = useRefresh();
  const leave = () => {
    onDone();
    return refresh("/datasets");
  };
  const save = useGuarded({
    read: () => readDataset(dataset.id),
    write: (body: { name: string; fields: Field[] }, tag) =>
      client.PATCH("/datasets/{id}", {
        params: { path: { id: dataset.id }, header: { "If-Match": tag } },
        body,
      }),
    onSaved: () => {
      announce("The settings are saved.");
      return leave();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ wish: { name, fields: finishFields(fields) }, version: dataset.version });
  };
  const faults = fieldMessages(save.error);
  const dropped = droppedFields(dataset.fields, fields);
  return (
    <form className="form wide" onSubmit={submit} onFocus={onFocus}>
      <div className="form">
        <TextField label="Name" isRequired value={name} onChange={setName} error={faults.name} />
      </div>
      <Panel title="Fields">
        <SchemaEditor
          fields={fields}
          keyField={dataset.key_field}
          onChange={setFields}
          faults={faults}
        />
      </Panel>
      {dropped.length > 0 && (
        <Notice tone="warn" title={`Saving takes away ${dropped.join(", ")}`}>
          <p>
            The values of {formatAmount(dropped.length, "field")} would be lost in{" "}
            {formatAmount(dataset.records, "record")}. A renamed field counts as taken away.
          </p>
        </Notice>
      )}
      <SaveFailure
        error={save.error}
        shown={["name"]}
        seen={dataset}
        words={describeDataset}
        apply={(theirs, wish) => ({ ...theirs, ...wish })}
        isBusy={save.isPending}
        onReload={leave}
        onOverwrite={save.mutate}
      />
      <div className="actions">
        <Button look="primary" type="submit" isDisabled={save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}

function DeleteDataset({ dataset }: { dataset: Dataset }) {
  const navigate = useNavigate();
  const refresh = useRefresh();
  const params = { path: { id: dataset.id } };
  return (
    <div className="matters">
      <Deletion
        noun="dataset"
        name={dataset.name}
        loss={
          <p>
            {formatAmount(dataset.records, "record")} and the reports of its imports are deleted
            here. What syncs have written elsewhere stays there.
          </p>
        }
        readDependents={async () => {
          const { data } = await client.GET("/datasets/{id}/dependents", { params });
          return data?.items ?? [];
        }}
        remove={() =>
          client.DELETE("/datasets/{id}", {
            params: {
              ...params,
              query: { cascade: true },
              header: { "If-Match": tagOf(dataset.version) },
            },
          })
        }
        onDeleted={async () => {
          announce(`${dataset.name} is deleted.`);
          await navigate({ to: "/datasets" });
          await refresh("/datasets", "/syncs", "/runs", "/system");
        }}
      />
    </div>
  );
}

async function readDataset(id: string): Promise<Dataset> {
  const { data } = await client.GET("/datasets/{id}", { params: { path: { id } } });
  return data as Dataset;
}
