import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { client } from "../api/client";
import { tagOf } from "../api/guarded";
import { fieldMessages } from "../api/problem";
import { useRefresh } from "../api/queries";
import type { Conflict, ConflictField, ConflictVerdict } from "../api/types";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Radios } from "../ui/choices";
import { Dialog } from "../ui/dialog";
import { Facts } from "../ui/facts";
import { TextField } from "../ui/fields";
import { formatMoment } from "../ui/format";
import { Failure, Notice } from "../ui/notice";
import { type Column, Table } from "../ui/table";
import { ByRule } from "./by-rule";
import {
  allFrom,
  type Choices,
  disputedFields,
  kindWord,
  solutionWords,
  type Taken,
  verdictOf,
} from "./words";

interface SheetProps {
  conflict: Conflict | undefined;
  mayWrite: boolean;
  onClose: () => void;
}

/** One conflict: what both last agreed on and what each side holds, and who is right. */
export function ConflictSheet({ conflict, mayWrite, onClose }: SheetProps) {
  return (
    <Dialog title={conflict?.key ?? ""} look="sheet" isOpen={Boolean(conflict)} onClose={onClose}>
      {conflict && (
        <div className="stack">
          <Standing conflict={conflict} />
          <Facts facts={factsOf(conflict)} />
          <Table
            label="Side by side"
            columns={columns}
            rows={conflict.fields.toSorted(disputedFirst)}
            rowId={({ field }) => field}
          />
          <ByRule conflict={conflict} />
          {mayWrite && <Decision conflict={conflict} onDone={onClose} />}
        </div>
      )}
    </Dialog>
  );
}

/** What somebody has to decide stands above what is only for looking. */
function disputedFirst(one: ConflictField, other: ConflictField): number {
  return Number(other.disputed) - Number(one.disputed);
}

function Standing({ conflict }: { conflict: Conflict }) {
  const { kind, solution, reopened } = conflict;
  if (solution) {
    return (
      <Notice tone="good" title="Solved; the next run does it">
        <p>
          {solution.by ? `${solution.by.name} takes ` : "Taken is "}
          {solutionWords(conflict)}.
        </p>
      </Notice>
    );
  }
  return (
    <Notice tone="warn" title={kindWord(kind)}>
      {reopened && <p>It had been solved, and one of the sides was changed before the next run.</p>}
      <p>Neither side is written before somebody says who is right.</p>
    </Notice>
  );
}

function factsOf(conflict: Conflict) {
  const { kind, local_changed_at, remote_changed_at, run_id, sync_id, sync_name } = conflict;
  const told = (at: string | undefined, isGone: boolean) =>
    isGone ? "Deleted, not known when" : at ? formatMoment(at) : "Not known";
  return [
    {
      label: "Sync",
      value: (
        <Link to="/syncs/$id" params={{ id: sync_id }}>
          {sync_name}
        </Link>
      ),
    },
    { label: "Changed here", value: told(local_changed_at, kind === "deleted_here") },
    { label: "Changed there", value: told(remote_changed_at, kind === "deleted_there") },
    {
      label: "Found by",
      value: (
        <Link to="/runs/$id" params={{ id: run_id }}>
          A run
        </Link>
      ),
    },
  ];
}

const columns: Column<ConflictField>[] = [
  {
    id: "field",
    head: "Field",
    cell: ({ field, disputed }) => (disputed ? <strong>{field}</strong> : field),
  },
  {
    id: "base",
    head: "Agreed last",
    cell: ({ base, base_known }) =>
      base_known ? <Held value={base} /> : <span className="quiet">Not known</span>,
  },
  { id: "local", head: "Here", cell: ({ local }) => <Held value={local} /> },
  { id: "remote", head: "There", cell: ({ remote }) => <Held value={remote} /> },
];

function Held({ value }: { value: string | undefined }) {
  return value === undefined ? <span className="quiet">Empty</span> : <span>{value}</span>;
}

function Decision({ conflict, onDone }: { conflict: Conflict; onDone: () => void }) {
  const refresh = useRefresh();
  const solve = useMutation({
    mutationFn: (body: ConflictVerdict) => {
      const path = { id: conflict.sync_id, key: conflict.key };
      const header = { "If-Match": tagOf(conflict.version) };
      return client.POST("/syncs/{id}/conflicts/{key}/resolve", {
        params: { path, header },
        body,
      });
    },
    onSuccess: async () => {
      announce(`${conflict.key} is solved. The next run does it.`);
      onDone();
      await refresh("/conflicts", "/syncs");
    },
  });
  const faults = fieldMessages(solve.error);
  return (
    <>
      {conflict.kind === "changed" ? (
        <ByField
          conflict={conflict}
          faults={faults}
          isBusy={solve.isPending}
          onDecide={solve.mutate}
        />
      ) : (
        <Whole conflict={conflict} isBusy={solve.isPending} onDecide={solve.mutate} />
      )}
      {Object.keys(faults).length === 0 && <Failure error={solve.error} />}
    </>
  );
}

interface DecideProps {
  conflict: Conflict;
  isBusy: boolean;
  onDecide: (verdict: ConflictVerdict) => void;
}

/** One side has deleted the record: only all of it can be decided. */
function Whole({ conflict: { kind }, isBusy, onDecide }: DecideProps) {
  const isThere = kind === "deleted_there";
  return (
    <div className="actions">
      <Button isDisabled={isBusy} onPress={() => onDecide({ side: "local", fields: [] })}>
        {isThere ? "Make it there again" : "Let it stay deleted"}
      </Button>
      <Button isDisabled={isBusy} onPress={() => onDecide({ side: "remote", fields: [] })}>
        {isThere ? "Let it stay deleted" : "Bring it back here"}
      </Button>
    </div>
  );
}

function ByField(props: DecideProps & { faults: Record<string, string> }) {
  const { conflict, faults, isBusy, onDecide } = props;
  const [choices, setChoices] = useState<Choices>({});
  const verdict = verdictOf(conflict, choices);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (verdict) onDecide(verdict);
  };
  return (
    <form className="form" onSubmit={submit}>
      <div className="actions">
        <Button onPress={() => setChoices(allFrom(conflict, "local"))}>All from here</Button>
        <Button onPress={() => setChoices(allFrom(conflict, "remote"))}>All from there</Button>
      </div>
      {disputedFields(conflict).map((field) => (
        <FieldChoice
          key={field.field}
          field={field}
          taken={choices[field.field]}
          fault={faults[`fields.${field.field}`]}
          onTake={(taken) => setChoices({ ...choices, [field.field]: taken })}
        />
      ))}
      <div className="actions">
        <Button look="primary" type="submit" isDisabled={isBusy || !verdict}>
          Decide
        </Button>
      </div>
    </form>
  );
}

interface FieldChoiceProps {
  field: ConflictField;
  taken: Taken | undefined;
  fault: string | undefined;
  onTake: (taken: Taken) => void;
}

function FieldChoice({ field, taken, fault, onTake }: FieldChoiceProps) {
  const { local, remote } = field;
  const isOwn = typeof taken === "object";
  return (
    <div className="stack">
      <Radios
        label={field.field}
        options={[
          { value: "local", label: "Here", note: local ?? "Empty" },
          { value: "remote", label: "There", note: remote ?? "Empty" },
          { value: "own", label: "Another value" },
        ]}
        value={isOwn ? "own" : (taken ?? "")}
        onChange={(value) => {
          if (value === "own") onTake({ value: local ?? "" });
          else if (value === "local" || value === "remote") onTake(value);
        }}
      />
      {isOwn && (
        <TextField
          label={`The value of ${field.field} for both`}
          value={taken.value}
          onChange={(value) => onTake({ value })}
          error={fault}
        />
      )}
    </div>
  );
}
