import { Link } from "@tanstack/react-router";
import { $api } from "../api/client";
import { useMay } from "../api/session";
import type { Connection } from "../api/types";
import { Empty } from "../ui/empty";
import { Loaded } from "../ui/loaded";
import { Page } from "../ui/page";
import { Status } from "../ui/status";
import { type Column, Table } from "../ui/table";
import { Ago } from "../ui/time";
import { connectionStatus, providerName } from "./state";

const columns: Column<Connection>[] = [
  {
    id: "name",
    head: "Connection",
    cell: ({ id, name }) => (
      <Link to="/connections/$id" params={{ id }}>
        {name}
      </Link>
    ),
  },
  { id: "provider", head: "To", cell: providerName },
  { id: "status", head: "State", cell: (one) => <Status {...connectionStatus(one)} /> },
  { id: "token", head: "Token", cell: ({ token_hint }) => <code>{token_hint}</code> },
  {
    id: "tested",
    head: "Tested",
    isFigure: true,
    cell: ({ last_tested_at }) => (last_tested_at ? <Ago time={last_tested_at} /> : "Never"),
  },
];

export function ConnectionList() {
  const connections = $api.useQuery("get", "/connections", { params: { query: { limit: 500 } } });
  const mayWrite = useMay("connection:write");
  const create = mayWrite && (
    <Link to="/connections/new" className="button primary">
      New connection
    </Link>
  );
  const isEmpty = connections.data?.items.length === 0;
  return (
    <Page
      title="Connections"
      lead="Your access to accounts elsewhere, sealed."
      actions={!isEmpty && create}
    >
      <Loaded query={connections}>
        {({ items }) =>
          items.length > 0 ? (
            <Table
              label="Connections"
              columns={columns}
              rows={items}
              rowId={({ id }) => id}
              isCards
            />
          ) : (
            <Empty icon="link" title="No connections yet" action={create}>
              <p>
                A connection is your authorised access to one account, such as Airtable. Its token
                is sealed on this machine: nobody can read it again, you included.
              </p>
            </Empty>
          )
        }
      </Loaded>
    </Page>
  );
}
