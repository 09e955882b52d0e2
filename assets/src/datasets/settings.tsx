import { useMutation } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { client } from "../api/client";
import { fieldMessages } from "../api/problem";
import { useRefresh } from "../api/queries";
import type { Dataset } from "../api/types";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Deletion } from "../ui/deletion";
import { TextField } from "../ui/fields";
import { formatAmount } from "../ui/format";
import { Failure, Notice } from "../ui/notice";
import { Panel } from "../ui/page";
import { draftFields, droppedFields, finishFields } from "./fields";
import { DatasetFrame } from "./frame";
import { SchemaEditor } from "./schema";

const route = getRouteApi("/signed-in/datasets/$id/settings");

export function DatasetSettings() {
  const { id } = route.useParams();
  return (
    <DatasetFrame id={id} tab="Settings">
      {(dataset) => (
        <>
          <SchemaForm key={dataset.version} dataset={dataset} />
          <Panel title="Delete">
            <DeleteDataset dataset={dataset} />
          </Panel>
        </>
      )}
    </DatasetFrame>
  );
}

function SchemaForm({ dataset }: { dataset: Dataset }) {
  const [name, setName] = useState(dataset.name);
  const [fields, setFields] = useState(() => draftFields(dataset.fields));
  const refresh = useRefresh();
  const save = useMutation({
    mutationFn: () =>
      client.PATCH("/datasets/{id}", {
        params: { path: { id: dataset.id } },
        body: { name, fields: finishFields(fields) },
      }),
    onSuccess: async () => {
      announce("The settings are saved.");
      await refresh("/datasets");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const faults = fieldMessages(save.error);
  const dropped = droppedFields(dataset.fields, fields);
  return (
    <form className="form wide" onSubmit={submit}>
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
      <Failure error={save.error} />
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
          client.DELETE("/datasets/{id}", { params: { ...params, query: { cascade: true } } })
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
