import { type FormEvent, useState } from "react";
import type { Site } from "../../api/types";
import { Button } from "../../ui/button";
import { SaveFailure } from "../../ui/conflict";
import { Confirm } from "../../ui/dialog";
import { Select } from "../../ui/fields";
import { useSiteChange } from "../change";
import { rangeWords } from "../overview/range";
import { chosen, daysOf, isShorter, type Retention, spans } from "./retention";

interface KeepingProps {
  site: Site;
  onFocus: () => void;
  onDone: () => void;
}

/** How long events, and what days came to, are kept. */
export function Keeping({ site, onFocus, onDone }: KeepingProps) {
  const [wish, setWish] = useState<Retention>(site.retention);
  const [isAsking, setIsAsking] = useState(false);
  const told = { announced: "It is saved how long things are kept.", onDone };
  const { save, leave } = useSiteChange(site, (retention: Retention) => ({ retention }), told);
  const { events_days, sums_days } = wish;
  const keepEvents = (choice: string) => {
    const days = daysOf(choice);
    // Sums outlast their events.
    const enough = days !== undefined && sums_days !== undefined && sums_days >= days;
    setWish({ events_days: days, sums_days: enough ? sums_days : undefined });
  };
  const begin = (event: FormEvent) => {
    event.preventDefault();
    if (isShorter(site.retention, wish)) setIsAsking(true);
    else save.mutate({ wish, version: site.version });
  };
  const isSame =
    events_days === site.retention.events_days && sums_days === site.retention.sums_days;
  return (
    <form className="form" onSubmit={begin} onFocus={onFocus}>
      <Select
        label="Events"
        help="Single visits: reports, funnels, attribution, journeys, cohorts and filters reach as far back."
        options={spans(site.retention.events_days)}
        value={chosen(events_days)}
        onChange={keepEvents}
      />
      <Select
        label="What days came to"
        help="Figures without the visits behind them: the overview reaches as far back."
        options={spans(site.retention.sums_days, events_days ?? Infinity)}
        value={chosen(sums_days)}
        onChange={(choice) => setWish({ ...wish, sums_days: daysOf(choice) })}
        isDisabled={events_days === undefined}
      />
      <Gone site={site} />
      <SaveFailure
        error={isAsking ? null : save.error}
        shown={[]}
        seen={site}
        words={({ retention }) => ({
          Events: chosen(retention.events_days),
          "What days came to": chosen(retention.sums_days),
        })}
        apply={(theirs, retention) => ({ ...theirs, retention })}
        isBusy={save.isPending}
        onReload={leave}
        onOverwrite={save.mutate}
      />
      <div className="actions">
        <Button look="primary" type="submit" isDisabled={save.isPending || isSame}>
          Save how long
        </Button>
      </div>
      <Confirm
        title="Keep less than before?"
        verb="Keep less"
        isOpen={isAsking}
        isBusy={save.isPending}
        error={null}
        onConfirm={() => {
          setIsAsking(false);
          save.mutate({ wish, version: site.version });
        }}
        onClose={() => setIsAsking(false)}
      >
        <p>What is older goes within the hour, and does not come back, whatever is set later.</p>
      </Confirm>
    </form>
  );
}

/** What is gone already. */
function Gone({ site: { events_from, sums_from } }: { site: Site }) {
  if (!events_from && !sums_from) return null;
  return (
    <p className="quiet-value">
      {events_from && (
        <>Events are there from {rangeWords({ from: events_from, to: events_from })} on. </>
      )}
      {sums_from && (
        <>What days came to is there from {rangeWords({ from: sums_from, to: sums_from })} on.</>
      )}
    </p>
  );
}
