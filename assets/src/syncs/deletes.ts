import type { Connection, SyncDeletes } from "../api/types";
import { formatCount } from "../ui/format";

/** What a sync does when nobody says otherwise. */
export const usualDeletes = {
  policy: "ignore",
  matched: false,
  most_records: 100,
  most_percent: 25,
} satisfies SyncDeletes;

/** What becomes of remote records that are no longer wanted, in words. */
export function describeDeletes(deletes: SyncDeletes): string {
  const { policy, matched, most_records, most_percent } = { ...usualDeletes, ...deletes };
  if (policy === "ignore") return "They stay there.";
  const deed = policy === "delete" ? "deleted" : "archived";
  const whose = matched
    ? `They are ${deed} there, those too that were there before.`
    : `They are ${deed} there, if this sync has made them.`;
  const most = `more than ${formatCount(most_records)}, or ${most_percent} % of those that are linked`;
  return `${whose} A run that would take ${most}, takes none: a plan has to be approved then.`;
}

/** The ways that a connection's provider knows, the harmless one first. */
export function policiesOf({ removals }: Pick<Connection, "removals">, isBoth: boolean) {
  const known = { archive: "Archive them there", delete: "Delete them there" };
  return [
    { value: "ignore", label: "Leave them there", note: "Nothing is ever taken away." },
    ...removals.map((removal) => ({
      value: removal,
      label: known[removal],
      // Of a two-way sync, what is none of its records any more is left alone.
      note: isBoth
        ? "When a record is deleted here."
        : "When a record is deleted here, or is none any more of those that go.",
    })),
  ] as const;
}

/** Reads what an address says of it. */
export function readDeletes(given: unknown): SyncDeletes | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const { policy, matched, most_records, most_percent } = given as Record<string, unknown>;
  if (policy !== "archive" && policy !== "delete") return undefined;
  return {
    policy,
    matched: matched === true,
    most_records: whole(most_records) ?? usualDeletes.most_records,
    most_percent: whole(most_percent) ?? usualDeletes.most_percent,
  };
}

function whole(given: unknown): number | undefined {
  return Number.isInteger(given) ? (given as number) : undefined;
}
