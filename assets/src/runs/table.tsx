import { Link } from "@tanstack/react-router";
import type { Run } from "../api/types";
import { formatCount } from "../ui/format";
import { Status } from "../ui/status";
import { type Column, Table } from "../ui/table";
import { Ago } from "../ui/time";
import { runStatus } from "./state";

/** What is said of a run in one line. */
export const runColumns: Column<Run>[] = [
  {
    id: "sync",
    head: "Run",
    cell: (run) => (
      <Link to="/runs/$id" params={{ id: run.id }}>
        {run.sync_name}
      </Link>
    ),
  },
  { id: "state", head: "State", cell: (run) => <Status {...runStatus(run)} /> },
  {
    id: "created",
    head: "Created",
    isFigure: true,
    cell: ({ counts }) => formatCount(counts.created),
  },
  {
    id: "changed",
    head: "Changed",
    isFigure: true,
    cell: ({ counts }) => formatCount(counts.changed),
  },
  {
    id: "refused",
    head: "Refused",
    isFigure: true,
    cell: ({ counts }) => formatCount(counts.refused + counts.unknown),
  },
  { id: "when", head: "Queued", isFigure: true, cell: (run) => <Ago time={run.queued_at} /> },
];

/** Runs, newest first, with what each did. */
export function RunTable({ label, runs }: { label: string; runs: readonly Run[] }) {
  return (
    <Table
      label={label}
      columns={runColumns}
      rows={runs}
      rowId={({ id }) => id}
      isCards
      isPressable
    />
  );
}
