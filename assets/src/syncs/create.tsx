import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { $api } from "../api/client";
import type { Base, Connection, Dataset, RemoteTable } from "../api/types";
import { useBases, useTables } from "../connections/bases";
import { providerName } from "../connections/state";
import { Empty } from "../ui/empty";
import { Select } from "../ui/fields";
import { Loaded } from "../ui/loaded";
import { Page, Panel } from "../ui/page";
import { SkeletonRows } from "../ui/skeleton";
import { Agreement } from "./agreement";

/** What has been chosen so far; a change further up takes away what hung on it. */
interface Choice {
  dataset?: Dataset;
  connection?: Connection;
  base?: Base;
  table?: RemoteTable;
}

/** From a dataset, over a connection and its base, to a table, and what goes where. */
export function NewSync() {
  const datasets = $api.useQuery("get", "/datasets", { params: { query: { limit: 500 } } });
  const connections = $api.useQuery("get", "/connections", { params: { query: { limit: 500 } } });
  return (
    <Page title="New sync" crumbs={[{ label: "Syncs", to: "/syncs" }]}>
      <Loaded query={datasets}>
        {({ items: datasets }) => (
          <Loaded query={connections}>
            {({ items: connections }) => <Ends datasets={datasets} connections={connections} />}
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}

interface EndsProps {
  datasets: Dataset[];
  connections: Connection[];
}

function Ends({ datasets, connections }: EndsProps) {
  const [choice, setChoice] = useState<Choice>({});
  if (datasets.length === 0) return <MissingDataset />;
  if (connections.length === 0) return <MissingConnection />;
  const { dataset, connection, base, table } = choice;
  return (
    <>
      <Panel title="From here">
        <div className="form">
          <PickOne
            label="Dataset"
            from={datasets}
            chosen={dataset}
            onChoose={(dataset) => setChoice({ ...choice, dataset })}
          />
        </div>
      </Panel>
      <Panel title="To there">
        <div className="form">
          <PickOne
            label="Connection"
            from={connections}
            note={providerName}
            chosen={connection}
            onChoose={(connection) => setChoice({ dataset, connection })}
          />
          {connection && (
            <PickBase
              connection={connection}
              chosen={base}
              onChoose={(base) => setChoice({ dataset, connection, base })}
            />
          )}
          {connection && base && (
            <PickTable
              connection={connection}
              base={base}
              chosen={table}
              onChoose={(table) => setChoice({ ...choice, table })}
            />
          )}
        </div>
      </Panel>
      {dataset && connection && base && table && (
        <Agreement key={`${dataset.id} ${table.id}`} ends={{ dataset, connection, base, table }} />
      )}
    </>
  );
}

interface PickProps<Thing> {
  label: string;
  from: readonly Thing[];
  chosen: Thing | undefined;
  note?: (thing: Thing) => string;
  onChoose: (thing: Thing) => void;
}

function PickOne<Thing extends { id: string; name: string }>(props: PickProps<Thing>) {
  const { label, from, chosen, note, onChoose } = props;
  return (
    <Select
      label={label}
      options={from.map((thing) => ({ value: thing.id, label: thing.name, note: note?.(thing) }))}
      value={chosen?.id ?? null}
      onChange={(id) => {
        const thing = from.find((one) => one.id === id);
        if (thing) onChoose(thing);
      }}
    />
  );
}

interface PickBaseProps {
  connection: Connection;
  chosen: Base | undefined;
  onChoose: (base: Base) => void;
}

function PickBase({ connection, chosen, onChoose }: PickBaseProps) {
  const bases = useBases(connection.id);
  return (
    <Loaded query={bases} waiting={<SkeletonRows rows={1} />}>
      {({ items }) => <PickOne label="Base" from={items} chosen={chosen} onChoose={onChoose} />}
    </Loaded>
  );
}

interface PickTableProps {
  connection: Connection;
  base: Base;
  chosen: RemoteTable | undefined;
  onChoose: (table: RemoteTable) => void;
}

function PickTable({ connection, base, chosen, onChoose }: PickTableProps) {
  const tables = useTables(connection.id, base.id);
  return (
    <Loaded query={tables} waiting={<SkeletonRows rows={1} />}>
      {({ items }) => <PickOne label="Table" from={items} chosen={chosen} onChoose={onChoose} />}
    </Loaded>
  );
}

function MissingDataset() {
  return (
    <Empty
      icon="dataset"
      title="A sync needs a dataset"
      action={
        <Link to="/datasets/new" className="button primary">
          New dataset
        </Link>
      }
    >
      <p>Bring records in first; then say where they go.</p>
    </Empty>
  );
}

function MissingConnection() {
  return (
    <Empty
      icon="link"
      title="A sync needs a connection"
      action={
        <Link to="/connections/new" className="button primary">
          New connection
        </Link>
      }
    >
      <p>Connect the account that the records go to; then say which table.</p>
    </Empty>
  );
}
