import type { Sync } from "../api/types";
import { announce } from "../ui/announce";
import { Select } from "../ui/fields";
import { SavingFailure, useSaving } from "./saving";

type Priority = Sync["priority"];

const classes: { value: Priority; label: string; note: string }[] = [
  { value: "high", label: "High", note: "Its runs go before others that wait." },
  { value: "normal", label: "Normal", note: "Whatever was asked for first goes first." },
  { value: "low", label: "Low", note: "Its scheduled runs let others go first, for half an hour." },
];

const labelOf = (priority: Priority) =>
  classes.find(({ value }) => value === priority)?.label ?? priority;

/** How soon the runs of the sync are taken up when more wait than can be executed. */
export function PriorityChoice({ sync }: { sync: Sync }) {
  const saving = useSaving<Pick<Sync, "priority">>(sync, () =>
    announce("It is saved how soon its runs are taken up."),
  );
  return (
    <div className="stack">
      <Select
        label="Priority"
        help="What a person starts goes before what a schedule does, whatever the priority."
        options={classes}
        value={sync.priority}
        isDisabled={saving.isPending}
        onChange={(priority) => saving.mutate({ wish: { priority }, version: sync.version })}
      />
      <SavingFailure
        sync={sync}
        saving={saving}
        words={({ priority }) => ({ Priority: labelOf(priority) })}
      />
    </div>
  );
}
