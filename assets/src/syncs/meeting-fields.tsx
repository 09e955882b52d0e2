import type { Sync } from "../api/types";
import { Select, TextField } from "../ui/fields";

export type ConflictPolicy = NonNullable<Sync["conflicts"]>;

/** How a two-way sync settles what both sides have changed. */
export interface Meeting {
  conflicts: ConflictPolicy;
  /** In seconds, as it is typed. */
  wait: string;
}

export const usualMeeting: Meeting = { conflicts: "ask", wait: "30" };

export const policies = [
  { value: "ask", label: "Ask", note: "The record waits in the inbox of conflicts" },
  { value: "local", label: "What is here", note: "The dataset is right" },
  { value: "remote", label: "What is there", note: "The table is right" },
  {
    value: "newest",
    label: "The newest",
    note: "Where the provider tells when a record was changed; otherwise somebody is asked",
  },
] as const;

/** The policy in words. */
export function policyWord(policy: ConflictPolicy): string {
  return policies.find(({ value }) => value === policy)?.label ?? policy;
}

interface MeetingFieldsProps {
  value: Meeting;
  onChange: (meeting: Meeting) => void;
  faults: Record<string, string>;
}

export function MeetingFields({ value, onChange, faults }: MeetingFieldsProps) {
  return (
    <>
      <Select
        label="When both sides have changed the same field"
        help={policies.find(({ value: policy }) => policy === value.conflicts)?.note}
        options={policies}
        value={value.conflicts}
        onChange={(conflicts) => onChange({ ...value, conflicts })}
        error={faults.conflicts}
      />
      <TextField
        label="Seconds to wait after an edit there"
        help="What was edited so short ago may be half typed: it waits for the next run."
        inputMode="numeric"
        value={value.wait}
        onChange={(wait) => onChange({ ...value, wait })}
        error={faults.wait_seconds}
      />
    </>
  );
}

/** What is said of seconds that are none. */
export const oddWait = "A whole number of seconds, 0 to wait for nothing";

/** The seconds that were typed; nothing is 0. */
export function secondsOf(typed: string): number {
  const seconds = Number(typed.trim());
  return Number.isInteger(seconds) && seconds >= 0 ? seconds : Number.NaN;
}
