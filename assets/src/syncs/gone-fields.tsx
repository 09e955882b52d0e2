import type { Sync } from "../api/types";
import { Checkbox, TextField } from "../ui/fields";
import { wholeOf } from "./whole";

/** What becomes of records here that are gone there, as it is typed. */
export interface Gone {
  isDeleted: boolean;
  /** So many in one run. */
  most: string;
  /** The same in percent of those that are linked. */
  percent: string;
}

/** How a sync stands of which nobody has said otherwise. */
export const usualGone: Gone = { isDeleted: false, most: "100", percent: "20" };

/** The greatest number that the appliance keeps of it. */
const mostOfAll = 2 ** 32 - 1;

interface GoneFieldsProps {
  isBoth: boolean;
  value: Gone;
  onChange: (value: Gone) => void;
  faults: Record<string, string>;
}

/** What becomes of records here that are gone there, and what holds that back. */
export function GoneFields({ isBoth, value, onChange, faults }: GoneFieldsProps) {
  return (
    <div className="stack">
      <Checkbox
        isSelected={value.isDeleted}
        onChange={(isDeleted) => onChange({ ...value, isDeleted })}
      >
        {isBoth
          ? "Delete here what is gone there and was not changed here"
          : "Delete here what this sync has brought and what is gone there"}
      </Checkbox>
      {value.isDeleted && (
        <>
          <TextField
            label="Delete at most so many here in one run"
            help="A run that would delete more deletes none, and asks for a plan. With 0 nothing goes without one."
            inputMode="numeric"
            value={value.most}
            onChange={(most) => onChange({ ...value, most })}
            error={faults.gone_most}
          />
          <TextField
            label="Delete at most so many here of a hundred that are linked"
            help="0 to 100. Whichever of the two is reached first holds them."
            inputMode="numeric"
            value={value.percent}
            onChange={(percent) => onChange({ ...value, percent })}
            error={faults.gone_percent}
          />
          <p className="quiet-value">An empty table deletes nothing here, not even by a plan.</p>
        </>
      )}
    </div>
  );
}

/** As it is sent; the limits stay as they are where nothing is deleted. */
export function goneOf(typed: Gone): Pick<Sync, "gone" | "gone_most" | "gone_percent"> {
  if (!typed.isDeleted) return { gone: "keep" };
  return {
    gone: "delete",
    gone_most: wholeOf(typed.most, mostOfAll),
    gone_percent: wholeOf(typed.percent, 100),
  };
}

/** What cannot be sent as it was typed, by the member's place. */
export function oddGone(typed: Gone): Record<string, string> {
  const { gone_most, gone_percent } = goneOf(typed);
  return {
    ...(Number.isNaN(gone_most) && { gone_most: "A whole number of records" }),
    ...(Number.isNaN(gone_percent) && { gone_percent: "A share is 0 to 100 percent" }),
  };
}
