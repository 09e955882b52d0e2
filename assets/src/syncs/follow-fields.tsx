import { Checkbox, TextField } from "../ui/fields";
import { wholeOf } from "./whole";

/** How much of the table the runs of a pull read, as it is typed. */
export interface Follow {
  isFollowing: boolean;
  /** For so many hours runs follow changes; then one reads the whole table. */
  hours: string;
}

export const usualFollow: Follow = { isFollowing: false, hours: "24" };

/** What is said of hours that are none; the whole table is read once a year at least. */
const oddHours = "A whole number of hours, 1 to 8760";

interface FollowFieldsProps {
  value: Follow;
  onChange: (value: Follow) => void;
  faults: Record<string, string>;
}

/** How much of the table the runs of a pull read. */
export function FollowFields({ value, onChange, faults }: FollowFieldsProps) {
  return (
    <div className="stack">
      <Checkbox
        isSelected={value.isFollowing}
        onChange={(isFollowing) => onChange({ ...value, isFollowing })}
      >
        Read what has changed, and the whole table now and then
      </Checkbox>
      {value.isFollowing && (
        <TextField
          label="Read the whole table once in so many hours"
          help="1 to 8760. Only then is seen what was deleted there, what formulas and lookups give, and what was edited here."
          inputMode="numeric"
          value={value.hours}
          onChange={(hours) => onChange({ ...value, hours })}
          error={faults.full_every_hours}
        />
      )}
    </div>
  );
}

/** The hours as they are sent: 0 where each run reads the whole table. */
export function hoursOf({ isFollowing, hours }: Follow): number {
  return isFollowing ? wholeOf(hours, 8760) || Number.NaN : 0;
}

/** What cannot be sent as it was typed, by the member's place. */
export function oddFollow(typed: Follow): Record<string, string> {
  return Number.isNaN(hoursOf(typed)) ? { full_every_hours: oddHours } : {};
}
