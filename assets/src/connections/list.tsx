import { Link } from "@tanstack/react-router";
import { useConnections } from "../api/lists";
import { useMay } from "../api/session";
import type { Connection } from "../api/types";
import { Listing } from "../ui/listing";
import { NewLink } from "../ui/new-link";
import { Status } from "../ui/status";
import type { Column } from "../ui/table";
import { Ago } from "../ui/time";
import { connectionStatus, providerName } from "./state";

const columns: Column<Connection>[] = [
  {
    id: "name",
    head: "Connection",
    rank: ({ name }) => name,
    cell: ({ id, name }) => (
      <Link to="/connections/$id" params={{ id }}>
        {name}
      </Link>
    ),
  },
  { id: "provider", head: "To", rank: providerName, cell: providerName },
  {
    id: "status",
    head: "State",
    rank: (one) => connectionStatus(one).label,
    cell: (one) => <Status {...connectionStatus(one)} />,
  },
  { id: "token", head: "Token", cell: ({ token_hint }) => <code>{token_hint}</code> },
  {
    id: "tested",
    head: "Tested",
    isFigure: true,
    rank: ({ last_tested_at }) => last_tested_at,
    cell: ({ last_tested_at }) => (last_tested_at ? <Ago time={last_tested_at} /> : "Never"),
  },
];

export function ConnectionList() {
  const mayWrite = useMay("connection:write");
  return (
    <Listing
      title="Connections"
      lead="Your access to accounts elsewhere, sealed."
      noun="connection"
      pages={useConnections()}
      columns={columns}
      words={(one) => [one.name, providerName(one), connectionStatus(one).label].join(" ")}
      create={mayWrite && <NewLink to="/connections/new" label="New connection" />}
      empty={{
        icon: "link",
        title: "No connections yet",
        text: "A connection is your authorised access to one account, such as Airtable, Notion or Zapier. Its token is sealed on this machine: nobody can read it again, you included.",
      }}
    />
  );
}
