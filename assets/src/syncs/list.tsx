import { Link } from "@tanstack/react-router";
import { $api } from "../api/client";
import { useMay } from "../api/session";
import type { Sync } from "../api/types";
import { runStatus } from "../runs/state";
import { Empty } from "../ui/empty";
import { Loaded } from "../ui/loaded";
import { Page } from "../ui/page";
import { Status } from "../ui/status";
import { type Column, Table } from "../ui/table";
import { Ago } from "../ui/time";

const columns: Column<Sync>[] = [
  {
    id: "name",
    head: "Sync",
    cell: ({ id, name }) => (
      <Link to="/syncs/$id" params={{ id }}>
        {name}
      </Link>
    ),
  },
  { id: "from", head: "From", cell: ({ dataset }) => dataset.name },
  { id: "to", head: "To", cell: ({ base, table }) => `${base.name} / ${table.name}` },
  {
    id: "state",
    head: "Last run",
    cell: ({ last_run }) => (last_run ? <Status {...runStatus(last_run)} /> : "Never ran"),
  },
  {
    id: "when",
    head: "Queued",
    isFigure: true,
    cell: ({ last_run }) => last_run && <Ago time={last_run.queued_at} />,
  },
];

export function SyncList() {
  const syncs = $api.useQuery(
    "get",
    "/syncs",
    { params: { query: { limit: 500 } } },
    { refetchInterval: 30_000 },
  );
  const mayWrite = useMay("sync:write");
  const create = mayWrite && (
    <Link to="/syncs/new" className="button primary">
      New sync
    </Link>
  );
  const isEmpty = syncs.data?.items.length === 0;
  return (
    <Page
      title="Syncs"
      lead="Lasting agreements between a dataset and a table elsewhere."
      actions={!isEmpty && create}
    >
      <Loaded query={syncs}>
        {({ items }) =>
          items.length > 0 ? (
            <Table label="Syncs" columns={columns} rows={items} rowId={({ id }) => id} isCards />
          ) : (
            <Empty icon="sync" title="No syncs yet" action={create}>
              <p>
                A sync says which field of a dataset goes into which field of a table. Each run then
                carries over what has changed since the last one, and nothing twice.
              </p>
            </Empty>
          )
        }
      </Loaded>
    </Page>
  );
}
