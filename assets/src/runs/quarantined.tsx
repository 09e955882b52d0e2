import { Link } from "@tanstack/react-router";
import type { Run } from "../api/types";
import { formatAmount } from "../ui/format";
import { Notice } from "../ui/notice";

/** That records wait before a run removes them, and where they are listed. */
export function Quarantined({ run: { kind, quarantined, direction, sync_id } }: { run: Run }) {
  if (quarantined === 0 || kind === "plan") return null;
  const [gone, removed] = direction === "push" ? ["here", "there"] : ["there", "here"];
  return (
    <Notice tone="good" title={`${formatAmount(quarantined, "record")} in quarantine`}>
      <p>
        What is gone {gone} waits before it is removed {removed}, and is counted as held.{" "}
        <Link to="/syncs/$id" params={{ id: sync_id }}>
          See until when
        </Link>
      </p>
    </Notice>
  );
}
