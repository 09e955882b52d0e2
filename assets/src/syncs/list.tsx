import { Link } from "@tanstack/react-router";
import { useSyncs } from "../api/lists";
import { useMay } from "../api/session";
import type { Sync } from "../api/types";
import { runStatus } from "../runs/state";
import { formatAmount, formatCount } from "../ui/format";
import { Listing } from "../ui/listing";
import { NewLink } from "../ui/new-link";
import { Status, type StatusWord } from "../ui/status";
import type { Column } from "../ui/table";
import { Ago } from "../ui/time";
import { NextRun } from "./schedule/next-run";

const columns: Column<Sync>[] = [
  {
    id: "name",
    head: "Sync",
    rank: ({ name }) => name,
    cell: ({ id, name, conflicts_open = 0 }) => (
      <>
        <Link to="/syncs/$id" params={{ id }}>
          {name}
        </Link>
        {conflicts_open > 0 && (
          <small>
            {" "}
            <Link to="/conflicts" search={{ sync: id }}>
              {formatAmount(conflicts_open, "conflict")}
            </Link>
          </small>
        )}
      </>
    ),
  },
  {
    id: "from",
    head: "From",
    rank: fromOf,
    cell: fromOf,
  },
  { id: "to", head: "To", rank: toOf, cell: toOf },
  {
    id: "state",
    head: "Last run",
    rank: (sync) => statusOf(sync)?.label,
    cell: (sync) => {
      const status = statusOf(sync);
      return status ? <Status {...status} /> : <span className="quiet-value">Never ran</span>;
    },
  },
  {
    id: "when",
    head: "Queued",
    isFigure: true,
    rank: ({ last_run }) => last_run?.queued_at,
    cell: ({ last_run }) => last_run && <Ago time={last_run.queued_at} />,
  },
  {
    id: "next",
    head: "Next run",
    isFigure: true,
    rank: ({ next_run_at }) => next_run_at,
    cell: ({ next_run_at }) => next_run_at && <NextRun at={next_run_at} />,
  },
];

/** How the last run went, or that one after the other fails. */
function statusOf({ failing, last_run }: Sync): StatusWord | undefined {
  if (failing) {
    const label = `Failed ${formatCount(failing.failures)} times in a row`;
    return { tone: "bad", icon: "warning", label };
  }
  return last_run && runStatus(last_run);
}

function placeOf({ base, table }: Sync): string {
  return `${base.name} / ${table.name}`;
}

function fromOf(sync: Sync): string {
  return sync.direction === "pull" ? placeOf(sync) : sync.dataset.name;
}

function toOf(sync: Sync): string {
  return sync.direction === "pull" ? sync.dataset.name : placeOf(sync);
}

export function SyncList() {
  const mayWrite = useMay("sync:write");
  return (
    <Listing
      title="Syncs"
      lead="Lasting agreements between a dataset and a table elsewhere."
      noun="sync"
      pages={useSyncs()}
      columns={columns}
      words={(sync) =>
        [sync.name, sync.dataset.name, sync.connection.name, placeOf(sync)].join(" ")
      }
      create={mayWrite && <NewLink to="/syncs/new" label="New sync" />}
      empty={{
        icon: "sync",
        title: "No syncs yet",
        text: "A sync says which field of a dataset belongs to which field of a table, and which way records go. Each run then carries over what has changed since the last one, and nothing twice.",
      }}
    />
  );
}
