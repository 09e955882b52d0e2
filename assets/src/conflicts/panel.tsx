import { Link } from "@tanstack/react-router";
import type { Run, Sync } from "../api/types";
import { formatAmount } from "../ui/format";
import { Notice } from "../ui/notice";

/** That records of a two-way sync wait for somebody to say who is right. */
export function ConflictsWaiting({ sync }: { sync: Sync }) {
  const open = sync.conflicts_open ?? 0;
  if (open === 0) return null;
  return (
    <Notice tone="warn" title={`${formatAmount(open, "record")} in conflict`}>
      <p>
        Both sides have changed the same.{" "}
        <Link to="/conflicts" search={{ sync: sync.id }}>
          Say who is right
        </Link>
        ; the next run does it.
      </p>
    </Notice>
  );
}

/** The same after a run that has left records alone. */
export function ConflictsFound({ run }: { run: Run }) {
  if (run.direction !== "two_way" || run.counts.held === 0) return null;
  return (
    <p className="quiet-value">
      What was held may be in conflict:{" "}
      <Link to="/conflicts" search={{ sync: run.sync_id }}>
        the inbox of conflicts
      </Link>{" "}
      shows both sides.
    </p>
  );
}
