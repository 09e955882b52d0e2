import { $api } from "../api/client";
import type { Conflict } from "../api/types";
import { type Column, Table } from "../ui/table";
import { type Outcome, outcomesOf } from "./outcomes";

/** What each rule that the sync could have would make of the conflict, and why. */
export function ByRule({ conflict }: { conflict: Conflict }) {
  const sync = $api.useQuery(
    "get",
    "/syncs/{id}",
    { params: { path: { id: conflict.sync_id } } },
    // Values are compared without it; what becomes of a deletion is the sync's to say.
    { enabled: conflict.kind !== "changed" },
  );
  return (
    <>
      <h3>What the rules would take now</h3>
      <Table
        label="What the rules would take now"
        columns={columns}
        rows={outcomesOf(conflict, sync.data)}
        rowId={({ rule }) => rule}
        isCards
      />
    </>
  );
}

const columns: Column<Outcome>[] = [
  { id: "rule", head: "Rule", cell: ({ label }) => label },
  {
    id: "takes",
    head: "Takes",
    cell: ({ takes }) => (
      <ul className="things">
        {takes.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    ),
  },
  { id: "why", head: "Because", cell: ({ why }) => why },
];
