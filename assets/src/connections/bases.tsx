import { useState } from "react";
import { $api } from "../api/client";
import type { Base, RemoteField, RemoteTable } from "../api/types";
import { Empty } from "../ui/empty";
import { formatAmount } from "../ui/format";
import { Loaded } from "../ui/loaded";
import { SkeletonRows } from "../ui/skeleton";
import { type Column, Table } from "../ui/table";
import { advertises, type Provider, wordsOf } from "./providers";

/** The bases that a connection reaches, each opening to its tables and their fields. */
export function Bases({ connectionId, provider }: { connectionId: string; provider: Provider }) {
  const bases = useBases(connectionId);
  const words = wordsOf(provider);
  return (
    <Loaded query={bases} waiting={<SkeletonRows rows={1} />}>
      {({ items }) =>
        items.length > 0 ? (
          <ul className="card-list">
            {items.map((base) => (
              <li key={base.id}>
                {advertises(provider) ? (
                  <p>
                    {base.name} <span className="quiet">{base.id}</span>
                  </p>
                ) : (
                  <BaseTables connectionId={connectionId} base={base} />
                )}
              </li>
            ))}
          </ul>
        ) : (
          <Empty icon="search" title={`The token reaches no ${words.base}`}>
            <p>{words.share}</p>
          </Empty>
        )
      }
    </Loaded>
  );
}

/** The bases of a connection, as the vendor lists them now. */
export function useBases(id: string) {
  return $api.useQuery("get", "/connections/{id}/bases", { params: { path: { id } } });
}

/** The tables of a base, once both are known. */
export function useTables(id: string, base: string, isWanted = true) {
  return $api.useQuery(
    "get",
    "/connections/{id}/bases/{base}/tables",
    { params: { path: { id, base } } },
    { enabled: isWanted },
  );
}

function BaseTables({ connectionId, base }: { connectionId: string; base: Base }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details className="disclosure" onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>
        {base.name} {base.permission && <span className="quiet">may {base.permission}</span>}
      </summary>
      {isOpen && (
        <div>
          <Tables connectionId={connectionId} baseId={base.id} />
        </div>
      )}
    </details>
  );
}

function Tables({ connectionId, baseId }: { connectionId: string; baseId: string }) {
  const tables = useTables(connectionId, baseId);
  return (
    <Loaded query={tables}>
      {({ items }) => (
        <ul className="card-list">
          {items.map((table) => (
            <li key={table.id}>
              <TableFields table={table} />
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  );
}

const columns: Column<RemoteField>[] = [
  { id: "name", head: "Field", cell: ({ name }) => name },
  { id: "type", head: "Type", cell: ({ type }) => <code>{type}</code> },
  { id: "writable", head: "Can be written", cell: ({ writable }) => (writable ? "Yes" : "No") },
];

function TableFields({ table }: { table: RemoteTable }) {
  return (
    <details className="disclosure">
      <summary>
        {table.name} <span className="quiet">{formatAmount(table.fields.length, "field")}</span>
      </summary>
      <div>
        <Table
          label={`Fields of ${table.name}`}
          columns={columns}
          rows={table.fields}
          rowId={({ id }) => id}
        />
      </div>
    </details>
  );
}
