import type { Connection, SyncDeletes } from "../api/types";
import { Radios } from "../ui/choices";
import { Checkbox, TextField } from "../ui/fields";
import { policiesOf } from "./deletes";

interface DeletesFieldsProps {
  connection: Pick<Connection, "removals">;
  /** Whether records go both ways. */
  isBoth: boolean;
  value: SyncDeletes;
  onChange: (value: SyncDeletes) => void;
  /** What is wrong, by the member's place. */
  faults: Record<string, string>;
}

/** What becomes of remote records that are no longer wanted, and what holds that back. */
export function DeletesFields({ connection, isBoth, value, onChange, faults }: DeletesFieldsProps) {
  const number = (text: string) => Number.parseInt(text, 10) || 0;
  return (
    <div className="stack">
      <Radios
        label="Records there that are no longer wanted"
        options={policiesOf(connection, isBoth)}
        value={value.policy}
        onChange={(policy) => onChange({ ...value, policy })}
      />
      {value.policy !== "ignore" && (
        <>
          <Checkbox
            isSelected={value.matched ?? false}
            onChange={(matched) => onChange({ ...value, matched })}
          >
            Those too that were there before this sync
          </Checkbox>
          <TextField
            label="At most so many in one run"
            help="A run that would take more takes none, and asks for a plan."
            inputMode="numeric"
            value={shown(value.most_records ?? 0)}
            onChange={(text) => onChange({ ...value, most_records: number(text) })}
            error={faults["deletes.most_records"] ?? faults.most_records}
          />
          <TextField
            label="At most so many of a hundred that are linked"
            inputMode="numeric"
            value={shown(value.most_percent ?? 0)}
            onChange={(text) => onChange({ ...value, most_percent: number(text) })}
            error={faults["deletes.most_percent"] ?? faults.most_percent}
          />
          <p className="quiet-value">
            When no record is left here that goes, nothing is taken away there, not even by a plan.
          </p>
        </>
      )}
    </div>
  );
}

function shown(count: number): string {
  return count === 0 ? "" : String(count);
}
