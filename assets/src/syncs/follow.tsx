import type { Sync } from "../api/types";
import { formatAmount } from "../ui/format";
import { Choice } from "./choice";

/** For so many hours runs follow changes, where nobody has said otherwise. */
export const followHours = 24;

/** What the box says, in the wizard and among the settings. */
export const followLabel = "Read what has changed, and the whole table now and then";

/** How much of the table the runs of a pull read. */
export function FollowChoice({ sync }: { sync: Sync }) {
  const hours = sync.full_every_hours || followHours;
  return (
    <Choice
      sync={sync}
      part="What runs read"
      label={followLabel}
      isTicked={({ full_every_hours }) => (full_every_hours ?? 0) > 0}
      ticked={{
        wish: { full_every_hours: hours },
        word: "What has changed",
        saved: "Runs read what has changed.",
      }}
      unticked={{
        wish: { full_every_hours: 0 },
        word: "The whole table",
        saved: "Each run reads the whole table.",
      }}
    >
      The whole table is read once in {formatAmount(hours, "hour")}: only then is seen what was
      deleted there, what formulas and lookups give, and what was edited here.
    </Choice>
  );
}
