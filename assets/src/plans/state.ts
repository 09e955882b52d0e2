import type { Plan, PlannedChange, PlannedSide, RunCounts } from "../api/types";
import type { Entry } from "../ui/ledger";
import type { StatusWord } from "../ui/status";

/** Whether the plan can be approved no more, for its time is over. */
export function isExpired({ state, expires_at }: Plan, now: Date): boolean {
  return state === "ready" && expires_at !== undefined && new Date(expires_at) <= now;
}

/** A plan's state for the eye. */
export function planStatus(plan: Plan, now: Date): StatusWord {
  if (isExpired(plan, now)) return { tone: "neutral", icon: "clock", label: "Outdated" };
  return states[plan.state];
}

const states: Record<Plan["state"], StatusWord> = {
  making: { tone: "busy", icon: "run", label: "Being made" },
  ready: { tone: "neutral", icon: "clock", label: "Waits for approval" },
  approved: { tone: "busy", icon: "run", label: "Approved" },
  executed: { tone: "good", icon: "check", label: "Carried out" },
  superseded: { tone: "neutral", icon: "clock", label: "Outdated" },
  failed: { tone: "bad", icon: "close", label: "Failed" },
};

/** What would become of a record, for the eye. */
export function fateStatus(fate: PlannedChange["fate"]): StatusWord {
  return fates[fate];
}

const fates: Record<PlannedChange["fate"], StatusWord> = {
  created: { tone: "good", icon: "plus", label: "Create" },
  changed: { tone: "good", icon: "sync", label: "Change" },
  matched: { tone: "good", icon: "link", label: "Take over" },
  unchanged: { tone: "neutral", icon: "minus", label: "Leave alone" },
  refused: { tone: "bad", icon: "close", label: "Would be refused" },
  unknown: { tone: "warn", icon: "help", label: "Unknown" },
  held: { tone: "warn", icon: "clock", label: "Hold back" },
  deleted: { tone: "warn", icon: "trash", label: "Delete" },
};

/** A plan's counts as entries of its ledger: each record is in exactly one. */
export function plannedLedger(counts: RunCounts): Entry[] {
  const entries: Entry[] = [
    { label: "To create", count: counts.created, tone: "good" },
    { label: "To change", count: counts.changed, tone: "good" },
    { label: "To take over", count: counts.matched, tone: "good" },
    { label: "Unchanged", count: counts.unchanged },
    { label: "Would be refused", count: counts.refused, tone: "bad" },
  ];
  const rare: Entry[] = [
    { label: "To delete", count: counts.deleted, tone: "warn" },
    { label: "Unknown", count: counts.unknown, tone: "warn" },
    { label: "Held back", count: counts.held, tone: "warn" },
  ];
  return [...entries, ...rare.filter(({ count }) => count > 0)];
}

/** How many records the plan writes. */
export function writesOf({ created, changed, matched, deleted }: RunCounts): number {
  return created + changed + matched + deleted;
}

/** How many records are written on either side; all of them there while there are no two. */
export function planWrites({ both, counts }: Plan): { here: number; there: number } {
  if (both) return { here: sideWrites(both.here), there: sideWrites(both.there) };
  return { here: 0, there: counts ? writesOf(counts) : 0 };
}

/** Whether a run of the plan would do anything. */
export function isApprovable(plan: Plan): boolean {
  const { here, there } = planWrites(plan);
  return here + there + (plan.both?.conflicts_asked ?? 0) > 0;
}

function sideWrites({ created, changed, deleted }: PlannedSide): number {
  return created + changed + deleted;
}

/** What would become of one side, as entries of its ledger. */
export function sideLedger({ created, changed, deleted }: PlannedSide): Entry[] {
  return [
    { label: "To create", count: created, tone: "good" },
    { label: "To change", count: changed, tone: "good" },
    { label: "To delete", count: deleted, tone: "warn" },
  ];
}

/** Who decides about what both sides have changed, for the eye. */
export const conflictStatus: Record<NonNullable<PlannedChange["conflict"]>, StatusWord> = {
  asked: { tone: "warn", icon: "help", label: "Conflict: asks you" },
  settled: { tone: "neutral", icon: "check", label: "Conflict: settled" },
};
