import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { $api, client } from "../../api/client";
import { isOutdated, tagOf, useGuarded } from "../../api/guarded";
import { ApiProblem, fieldMessages } from "../../api/problem";
import { useRefresh } from "../../api/queries";
import type { Dataset, DatasetRecord } from "../../api/types";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { SaveFailure } from "../../ui/conflict";
import { Confirm, Dialog } from "../../ui/dialog";
import { Facts } from "../../ui/facts";
import { Loaded } from "../../ui/loaded";
import { Pinned } from "../../ui/pinned";
import { Ago } from "../../ui/time";
import { useMayEdit } from "../access";
import { describeRecord } from "../words";
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
        <Pinned thing={stored}>
          {(seen, { hold, release }) => (
            <>
              <Facts
                facts={[
                  { label: "Version", value: seen.version },
                  { label: "Created", value: <Ago time={seen.created_at} /> },
                  { label: "Changed", value: <Ago time={seen.updated_at} /> },
                ]}
              />
              <RecordForm
                dataset={dataset}
                stored={seen}
                onFocus={hold}
                onReload={release}
                onClose={onClose}
              />
            </>
          )}
        </Pinned>
      )}
    </Loaded>
  );
}

interface RecordFormProps {
  dataset: Dataset;
  stored?: DatasetRecord;
  /** Somebody begins to edit. */
  onFocus?: () => void;
  /** What was edited is dropped, for what others saved. */
  onReload?: () => void;
  onClose: () => void;
}

function RecordForm({ dataset, stored, onFocus, onReload, onClose }: RecordFormProps) {
  const before = draftOf(dataset.fields, stored?.fields ?? {});
  const [draft, setDraft] = useState(before);
  const [faults, setFaults] = useState<Record<string, string>>({});
  const mayWrite = useMayEdit(dataset);
  const refresh = useRefresh();
  const save = useSave(dataset, stored, onClose);
  const refused = refusals(save.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { changes, faults } = changesOf(dataset, before, draft);
    setFaults(faults);
    if (Object.keys(faults).length === 0) {
      save.mutate({ wish: changes, version: stored?.version ?? 0 });
    }
  };
  return (
    <form className="form" onSubmit={submit} onFocus={onFocus}>
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
      <SaveFailure
        error={save.error}
        seen={stored ?? nothing}
        words={describeRecord}
        apply={(theirs, changes) => ({ ...theirs, fields: { ...theirs.fields, ...changes } })}
        isBusy={save.isPending}
        onReload={() => {
          onReload?.();
          void refresh("/datasets");
        }}
        onOverwrite={save.mutate}
      />
      {mayWrite && (
        <div className="between">
          <Button look="primary" type="submit" isDisabled={save.isPending}>
            {stored ? "Save" : "Add"}
          </Button>
          {stored && <Deletion dataset={dataset} stored={stored} onDeleted={onClose} />}
        </div>
      )}
    </form>
  );
}

/** What a new record is before it is there. */
const nothing: DatasetRecord = { key: "", fields: {}, version: 0, created_at: "", updated_at: "" };

/** The appliance's faults by field's name; it names them `fields.state`, or by the name alone. */
function refusals(error: unknown): Record<string, string> {
  const entries = Object.entries(fieldMessages(error));
  return Object.fromEntries(
    entries.map(([path, message]) => [path.replace(/^fields\./, ""), message]),
  );
}

function useSave(dataset: Dataset, stored: DatasetRecord | undefined, onSaved: () => void) {
  const refresh = useRefresh();
  return useGuarded({
    read: () => readRecord(dataset, stored?.key ?? ""),
    write: (changes: Record<string, unknown>, tag) =>
      stored ? change(dataset, stored.key, changes, tag) : add(dataset, changes),
    onSaved: async ({ key }) => {
      await refresh("/datasets", "/system");
      announce(`${key} is saved.`);
      onSaved();
    },
  });
}

async function readRecord(dataset: Dataset, key: string) {
  const params = { path: { id: dataset.id, key } };
  const { data } = await client.GET("/datasets/{id}/records/{key}", { params });
  return data as DatasetRecord;
}

async function change(dataset: Dataset, key: string, body: Record<string, unknown>, tag: string) {
  const params = { path: { id: dataset.id, key }, header: { "If-Match": tag } };
  const { data } = await client.PATCH("/datasets/{id}/records/{key}", { params, body });
  return data as DatasetRecord;
}

/** Puts a new record; one that has the key already is left as it is. */
async function add(dataset: Dataset, changes: Record<string, unknown>) {
  const body = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== null));
  const key = String(body[dataset.key_field]);
  const params = { path: { id: dataset.id, key }, header: { "If-None-Match": "*" } };
  try {
    const { data } = await client.PUT("/datasets/{id}/records/{key}", { params, body });
    return data as DatasetRecord;
  } catch (error) {
    throw isOutdated(error) ? taken(key) : error;
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
  stored: DatasetRecord;
  onDeleted: () => void;
}

function Deletion({ dataset, stored, onDeleted }: DeletionProps) {
  const recordKey = stored.key;
  const [isAsking, setIsAsking] = useState(false);
  const refresh = useRefresh();
  const remove = useMutation({
    mutationFn: () =>
      client.DELETE("/datasets/{id}/records/{key}", {
        params: {
          path: { id: dataset.id, key: recordKey },
          header: { "If-Match": tagOf(stored.version) },
        },
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
