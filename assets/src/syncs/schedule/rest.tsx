import { useGuarded } from "../../api/guarded";
import { useAtOnce } from "../../api/optimistic";
import { useRefresh } from "../../api/queries";
import type { NewSchedule, Sync } from "../../api/types";
import { announce } from "../../ui/announce";
import { Switch } from "../../ui/choices";
import { SaveFailure } from "../../ui/conflict";
import { type Kept, keptKey, readKept, setKept } from "./kept";
import { describeSchedule } from "./words";

interface RestProps {
  sync: Sync;
  kept: Kept & { set: NewSchedule };
}

/** Lets the schedule rest, or go on. */
export function Rest({ sync: { id, name }, kept }: RestProps) {
  const refresh = useRefresh();
  const show = useAtOnce<Kept>(keptKey(id));
  const change = useGuarded({
    read: () => readKept(id),
    write: (wish: NewSchedule, tag) => setKept(id, kept, wish, tag),
    showAtOnce: (set) => show({ set }),
    onSaved: (_saved, { paused }) => {
      announce(paused ? `${name} rests now.` : `${name} runs by itself again.`);
      return refresh("/syncs");
    },
  });
  return (
    <div className="stack">
      <Switch
        isSelected={!kept.set.paused}
        isDisabled={change.isPending}
        onChange={(runs) =>
          change.mutate({ wish: { ...kept.set, paused: !runs }, version: kept.version })
        }
      >
        Runs by itself
      </Switch>
      <SaveFailure
        error={change.error}
        seen={kept}
        words={({ set }: Kept) => describeSchedule(set)}
        apply={(theirs, set) => ({ ...theirs, set })}
        isBusy={change.isPending}
        onReload={() => {
          change.reset();
          void refresh("/syncs");
        }}
        onOverwrite={change.mutate}
      />
    </div>
  );
}
