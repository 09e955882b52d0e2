import type { Conflict, Sync } from "../api/types";
import { type ConflictPolicy, policyWord } from "../syncs/meeting-fields";
import { formatMoment } from "../ui/format";
import { disputedFields } from "./words";

type Rule = Exclude<ConflictPolicy, "ask">;
type Side = "local" | "remote";

/** What one of the rules would make of a conflict as it stands. */
export interface Outcome {
  rule: Rule;
  /** The rule in words. */
  label: string;
  /** What both sides would have then, line by line. */
  takes: string[];
  why: string;
}

/** What becomes of records that one side has deleted. */
type Removals = Pick<Sync, "gone" | "deletes">;

const rules: readonly Rule[] = ["local", "remote", "newest"];

/**
 * What each rule that a sync can have would make of a conflict, here and now.
 *
 * Without the sync, what it does about deletions is left open.
 */
export function outcomesOf(conflict: Conflict, sync?: Removals): Outcome[] {
  return rules.map((rule) => {
    const [side, why] = conflict.kind === "changed" ? judge(rule, conflict) : part(rule, conflict);
    return { rule, label: policyWord(rule), takes: takenFrom(side, conflict, sync), why };
  });
}

/** Who is right about fields that both have changed, and why; nobody where it cannot be told. */
function judge(rule: Rule, conflict: Conflict): [Side | undefined, string] {
  switch (rule) {
    case "local":
      return ["local", "The dataset is right, whoever was last."];
    case "remote":
      return ["remote", "The table is right, whoever was last."];
    case "newest":
      return [conflict.newer, whyNewest(conflict)];
  }
}

function whyNewest({ newer, local_changed_at: here, remote_changed_at: there }: Conflict): string {
  if (!newer || !here || !there) {
    return there
      ? "When it was changed here is not known, so somebody is asked."
      : "The provider does not tell when it was changed there, so somebody is asked.";
  }
  const [ours, theirs] = [formatMoment(here), formatMoment(there)];
  if (newer === "remote") return `Changed there last, by ${theirs}; here at ${ours}.`;
  return Date.parse(here) >= Date.parse(there)
    ? `Changed here last, at ${ours}; there by ${theirs}.`
    : `Changed here at ${ours}, there by ${theirs}: the provider does not tell the time closely enough, and then it is the dataset.`;
}

/** The same where one side has changed what the other has deleted. */
function part(rule: Rule, conflict: Conflict): [Side, string] {
  const edited = conflict.kind === "deleted_there" ? "local" : "remote";
  if (rule !== "newest") return [rule, judge(rule, conflict)[1]];
  const at = edited === "local" ? conflict.local_changed_at : conflict.remote_changed_at;
  const where = edited === "local" ? "here" : "there";
  const edit = at ? `It was changed ${where} at ${formatMoment(at)}` : `It was changed ${where}`;
  return [edited, `${edit}; nobody knows when it was deleted, so the edit counts as newer.`];
}

function takenFrom(side: Side | undefined, conflict: Conflict, sync?: Removals): string[] {
  if (conflict.kind === "deleted_there") {
    return [side === "local" ? "It is made there again." : whatGoesHere(sync)];
  }
  if (conflict.kind === "deleted_here") {
    return [side === "remote" ? "It is brought back here." : whatGoesThere(sync)];
  }
  if (!side) return ["Nothing: it waits for somebody."];
  return disputedFields(conflict).map((field) => `${field.field}: ${field[side] ?? "empty"}`);
}

function whatGoesHere(sync: Removals | undefined): string {
  if (!sync) return "What the sync does here with what is gone there.";
  return sync.gone === "delete"
    ? "It is deleted here too, unless too many are gone."
    : "It stays here alone, for the sync keeps here what is gone there.";
}

function whatGoesThere(sync: Removals | undefined): string {
  if (!sync) return "What the sync does there with what is no longer wanted.";
  const { policy, matched } = sync.deletes;
  if (policy === "ignore") {
    return "It stays there alone, for the sync leaves there what is deleted here.";
  }
  const deed = policy === "delete" ? "deleted" : "archived";
  return matched
    ? `It is ${deed} there too.`
    : `It is ${deed} there too if this sync has made it; otherwise it stays there alone.`;
}
