import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { $api, client } from "../../api/client";
import { ApiProblem, fieldMessages } from "../../api/problem";
import { useRefresh } from "../../api/queries";
import { useMay } from "../../api/session";
import type { Dataset, DatasetRecord } from "../../api/types";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { Confirm, Dialog } from "../../ui/dialog";
import { Facts } from "../../ui/facts";
import { Loaded } from "../../ui/loaded";
import { Failure } from "../../ui/notice";
import { Ago } from "../../ui/time";
import { changesOf, draftOf } from "./draft";
import { FieldInput } from "./inputs";

interface RecordSheetProps {
  dataset: Dataset;
  /** The record to show; a new one when left out. */
  recordKey?: string;
  onClose: () => void;
}

/** One record at the side of the list, to read and to edit. */
export function RecordSheet({ dataset, recordKey, onClose }: RecordSheetProps) {
  return (
    <Dialog title={recordKey ?? "New record"} look="sheet" isOpen onClose={onClose}>
      {recordKey === undefined ? (
        <RecordForm dataset={dataset} onClose={onClose} />
      ) : (
        <StoredRecord dataset={dataset} recordKey={recordKey} onClose={onClose} />
      )}
    </Dialog>
  );
}

function StoredRecord({ dataset, recordKey, onClose }: Required<RecordSheetProps>) {
  const path = { id: dataset.id, key: recordKey };
  const record = $api.useQuery("get", "/datasets/{id}/records/{key}", { params: { path } });
  return (
    <Loaded query={record}>
      {(stored) => (
        <>
          <Facts
            facts={[
              { label: "Version", value: stored.version },
              { label: "Created", value: <Ago time={stored.created_at} /> },
              { label: "Changed", value: <Ago time={stored.updated_at} /> },
            ]}
          />
          <RecordForm key={stored.version} dataset={dataset} stored={stored} onClose={onClose} />
        </>
      )}
    </Loaded>
  );
}

interface RecordFormProps {
  dataset: Dataset;
  stored?: DatasetRecord;
  onClose: () => void;
}

function RecordForm({ dataset, stored, onClose }: RecordFormProps) {
  const before = draftOf(dataset.fields, stored?.fields ?? {});
  const [draft, setDraft] = useState(before);
  const [faults, setFaults] = useState<Record<string, string>>({});
  const mayWrite = useMay("dataset:write");
  const save = useSave(dataset, stored, onClose);
  const refused = refusals(save.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { changes, faults } = changesOf(dataset, before, draft);
    setFaults(faults);
    if (Object.keys(faults).length === 0) save.mutate(changes);
  };
  return (
    <form className="form" onSubmit={submit}>
      {dataset.fields.map((field) => (
        <FieldInput
          key={field.name}
          field={field}
          value={draft[field.name] ?? ""}
          onChange={(value) => setDraft({ ...draft, [field.name]: value })}
          isRequired={field.required || field.name === dataset.key_field}
          isDisabled={!mayWrite || (stored !== undefined && field.name === dataset.key_field)}
          error={faults[field.name] ?? refused[field.name]}
        />
      ))}
      <Failure error={save.error} />
      {mayWrite && (
        <div className="between">
          <Button look="primary" type="submit" isDisabled={save.isPending}>
            {stored ? "Save" : "Add"}
          </Button>
          {stored && <Deletion dataset={dataset} recordKey={stored.key} onDeleted={onClose} />}
        </div>
      )}
    </form>
  );
}

/** The appliance's faults by field's name; it names them `fields.state`, or by the name alone. */
function refusals(error: unknown): Record<string, string> {
  const entries = Object.entries(fieldMessages(error));
  return Object.fromEntries(
    entries.map(([path, message]) => [path.replace(/^fields\./, ""), message]),
  );
}

function useSave(dataset: Dataset, stored: DatasetRecord | undefined, onSaved: () => void) {
  const refresh = useRefresh();
  return useMutation({
    mutationFn: (changes: Record<string, unknown>) =>
      stored ? change(dataset, stored.key, changes) : add(dataset, changes),
    onSuccess: async ({ key }) => {
      await refresh("/datasets", "/system");
      announce(`${key} is saved.`);
      onSaved();
    },
  });
}

async function change(dataset: Dataset, key: string, body: Record<string, unknown>) {
  const params = { path: { id: dataset.id, key } };
  const { data } = await client.PATCH("/datasets/{id}/records/{key}", { params, body });
  return data as DatasetRecord;
}

/** Puts a new record; one that has the key already is left as it is. */
async function add(dataset: Dataset, changes: Record<string, unknown>) {
  const body = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== null));
  const key = String(body[dataset.key_field]);
  const params = { path: { id: dataset.id, key } };
  if (await exists(params)) throw taken(key);
  const { data } = await client.PUT("/datasets/{id}/records/{key}", { params, body });
  return data as DatasetRecord;
}

async function exists(params: { path: { id: string; key: string } }): Promise<boolean> {
  try {
    await client.GET("/datasets/{id}/records/{key}", { params });
    return true;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return false;
    throw error;
  }
}

function taken(key: string): ApiProblem {
  return new ApiProblem({
    type: "/errors/conflict",
    title: "The key is taken",
    status: 409,
    code: "conflict",
    detail: `There is a record ${key} already. Open that one to change it.`,
  });
}

interface DeletionProps {
  dataset: Dataset;
  recordKey: string;
  onDeleted: () => void;
}

function Deletion({ dataset, recordKey, onDeleted }: DeletionProps) {
  const [isAsking, setIsAsking] = useState(false);
  const refresh = useRefresh();
  const remove = useMutation({
    mutationFn: () =>
      client.DELETE("/datasets/{id}/records/{key}", {
        params: { path: { id: dataset.id, key: recordKey } },
      }),
    onSuccess: async () => {
      onDeleted();
      announce(`${recordKey} is deleted.`);
      await refresh("/datasets", "/system");
    },
  });
  return (
    <>
      <Button look="removal" icon="trash" onPress={() => setIsAsking(true)}>
        Delete
      </Button>
      <Confirm
        title={`Delete ${recordKey}?`}
        verb="Delete record"
        isOpen={isAsking}
        isBusy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={() => setIsAsking(false)}
      >
        <p>
          The record {recordKey} is taken out of {dataset.name}. What syncs have written elsewhere
          stays there.
        </p>
      </Confirm>
    </>
  );
}
