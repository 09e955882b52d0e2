import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { $api, client } from "../api/client";
import { fieldMessages } from "../api/problem";
import { useRefresh } from "../api/queries";
import type { Base, Connection, Dataset, Proposal, RemoteTable, Sync } from "../api/types";
import { Button } from "../ui/button";
import { Checkbox, TextField } from "../ui/fields";
import { Loaded } from "../ui/loaded";
import { Failure, Notice } from "../ui/notice";
import { Panel } from "../ui/page";
import { draftProposal, finishMapping } from "./mapping";
import { MappingEditor } from "./mapping-editor";

export interface Ends {
  dataset: Dataset;
  connection: Connection;
  base: Base;
  table: RemoteTable;
}

/** What goes where between two ends: proposed by the appliance, settled by the user. */
export function Agreement({ ends }: { ends: Ends }) {
  const { dataset, connection, base, table } = ends;
  const proposal = $api.useQuery("post", "/syncs/proposal", {
    body: {
      dataset_id: dataset.id,
      connection_id: connection.id,
      base_id: base.id,
      table_id: table.id,
    },
  });
  return (
    <Loaded query={proposal}>
      {(proposed) => <AgreementForm ends={ends} proposed={proposed} />}
    </Loaded>
  );
}

function AgreementForm({ ends, proposed }: { ends: Ends; proposed: Proposal }) {
  const { dataset, table } = ends;
  const [name, setName] = useState(`${dataset.name} to ${ends.base.name}`);
  const [mapping, setMapping] = useState(() => draftProposal(proposed, dataset.key_field));
  const [typecast, setTypecast] = useState(false);
  const create = useCreation(ends);
  const remoteKey = mapping[dataset.key_field];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const pairs = finishMapping(mapping, dataset.fields);
    create.mutate({ name, mapping: pairs, remote_key_field_id: remoteKey ?? "", typecast });
  };
  const faults = fieldMessages(create.error);
  const reasons = Object.fromEntries(proposed.mapping.map(({ field, reason }) => [field, reason]));
  return (
    <form className="form wide" onSubmit={submit}>
      <Panel title="What goes where">
        <p className="quiet-value">
          Records meet where {dataset.key_field} equals the field that it goes into, so its values
          there must differ from record to record.
        </p>
        <ProposalProblems problems={proposed.problems} />
        <MappingEditor
          dataset={dataset}
          table={table}
          mapping={mapping}
          reasons={reasons}
          faults={faults}
          onChange={setMapping}
        />
      </Panel>
      <div className="form">
        <Checkbox isSelected={typecast} onChange={setTypecast}>
          Let Airtable convert texts, and add choices that it does not know yet
        </Checkbox>
        <TextField label="Name" isRequired value={name} onChange={setName} error={faults.name} />
        <Failure error={create.error} />
        <div className="actions">
          <Button look="primary" type="submit" isDisabled={!remoteKey || create.isPending}>
            Create sync
          </Button>
        </div>
        <p className="quiet">Nothing is written before you start a run.</p>
      </div>
    </form>
  );
}

function ProposalProblems({ problems }: { problems: readonly string[] }) {
  if (problems.length === 0) return null;
  return (
    <Notice tone="warn" title="Look at this first">
      <ul>
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </Notice>
  );
}

type Settled = Pick<Sync, "name" | "remote_key_field_id" | "typecast"> & {
  mapping: { field: string; remote_field_id: string }[];
};

function useCreation({ dataset, connection, base, table }: Ends) {
  const refresh = useRefresh();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async (settled: Settled) => {
      const ends = {
        dataset_id: dataset.id,
        connection_id: connection.id,
        base_id: base.id,
        table_id: table.id,
      };
      const { data } = await client.POST("/syncs", { body: { ...settled, ...ends } });
      return data as Sync;
    },
    onSuccess: async ({ id }) => {
      await refresh("/syncs", "/system");
      await navigate({ to: "/syncs/$id", params: { id } });
    },
  });
}
