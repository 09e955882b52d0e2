import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { client } from "../../api/client";
import { useOnce } from "../../api/once";
import { fieldMessages } from "../../api/problem";
import { useRefresh } from "../../api/queries";
import type { Dataset, Preview } from "../../api/types";
import { Button } from "../../ui/button";
import { Select, TextField } from "../../ui/fields";
import { Failure, Notice } from "../../ui/notice";
import { Panel } from "../../ui/page";
import { Table } from "../../ui/table";
import { addField, draftFields, finishFields } from "../fields";
import { datasetNameOf } from "../file";
import { SchemaEditor } from "../schema";
import { showValue } from "../show";

interface DescribeProps {
  fileName?: string;
  preview?: Preview;
  onBack: () => void;
  /** With a file the caller goes on to import it; without one the new dataset's page opens. */
  onCreated: (dataset: Dataset) => void;
}

/** Name, key and fields of the new dataset; proposed from a file, where there is one. */
export function Describe({ fileName, preview, onBack, onCreated }: DescribeProps) {
  const [name, setName] = useState(fileName ? datasetNameOf(fileName) : "");
  const [fields, setFields] = useState(preview ? draftFields(preview.fields) : addField([]));
  const [key, setKey] = useState(preview?.key_candidates[0] ?? null);
  const keyField = fields.some((field) => field.name === key) ? key : null;
  const create = useCreation(onCreated, preview !== undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ name, key_field: keyField ?? "", fields: finishFields(fields) });
  };
  const faults = fieldMessages(create.error);
  return (
    <form className="form wide" onSubmit={submit}>
      <div className="form">
        <TextField label="Name" isRequired value={name} onChange={setName} error={faults.name} />
        <Select
          label="Key field"
          help={keyHelp(preview)}
          options={fields
            .filter((field) => field.name)
            .map((field) => ({ value: field.name, label: field.name }))}
          value={keyField}
          onChange={setKey}
          error={faults.key_field}
        />
      </div>
      <Panel title="Fields">
        <p className="quiet-value">
          Required fields may not be empty. Indexed ones are quick to search and sort by.
        </p>
        <SchemaEditor
          fields={fields}
          keyField={keyField ?? ""}
          onChange={setFields}
          faults={faults}
          areColumns={preview !== undefined}
        />
      </Panel>
      {preview && <FirstRows preview={preview} />}
      <Failure error={create.error} shown={["name", "key_field"]} />
      <div className="actions">
        <Button look="primary" type="submit" isDisabled={!name || !keyField || create.isPending}>
          {preview ? "Create and import" : "Create"}
        </Button>
        <Button onPress={onBack}>Back</Button>
      </div>
    </form>
  );
}

function useCreation(onCreated: (dataset: Dataset) => void, hasFile: boolean) {
  const refresh = useRefresh();
  const navigate = useNavigate();
  const once = useOnce();
  return useMutation({
    mutationFn: async (body: { name: string; key_field: string; fields: Dataset["fields"] }) => {
      const { data } = await client.POST("/datasets", { params: { header: once(body) }, body });
      return data as Dataset;
    },
    onSuccess: async (dataset) => {
      await refresh("/datasets", "/system");
      if (hasFile) onCreated(dataset);
      else await navigate({ to: "/datasets/$id", params: { id: dataset.id } });
    },
  });
}

function keyHelp(preview: Preview | undefined): string {
  const meaning = "Its value tells the records apart, here and at the other end of a sync.";
  if (!preview || preview.key_candidates.length > 0) return meaning;
  return `${meaning} No column of the file has a different value in every row: choose with care.`;
}

function FirstRows({ preview: { fields, rows, problems } }: { preview: Preview }) {
  const columns = fields.map(({ name }) => ({
    id: name,
    head: name,
    cell: ({ row }: { row: Record<string, unknown> }) => showValue(row[name]),
  }));
  return (
    <Panel title="First rows">
      {problems.length > 0 && (
        <Notice tone="warn" title="Some of the first rows will be refused">
          <ul>
            {problems.slice(0, 5).map(({ line, column, reason }) => (
              <li key={`${line}:${column}:${reason}`}>
                Line {line}
                {column !== undefined && `, column ${column}`}: {reason}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <Table
        label="First rows"
        columns={columns}
        rows={rows.map((row, index) => ({ row, index }))}
        rowId={({ index }) => `${index}`}
      />
    </Panel>
  );
}
