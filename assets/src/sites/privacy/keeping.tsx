import { type FormEvent, useState } from "react";
import { ChangedMeanwhile, type Guarded } from "../../api/guarded";
import type { Site } from "../../api/types";
import { Button } from "../../ui/button";
import { SaveFailure } from "../../ui/conflict";
import { Confirm } from "../../ui/dialog";
import { Select } from "../../ui/fields";
import { useSiteChange } from "../change";
import { rangeWords } from "../overview/range";
import { chosen, daysOf, isShorter, type Retention, spans, spanWords } from "./retention";

interface KeepingProps {
  site: Site;
  onFocus: () => void;
  onDone: () => void;
}

/** How long events, and what days came to, are kept. */
export function Keeping({ site, onFocus, onDone }: KeepingProps) {
  const [wish, setWish] = useState<Retention>(site.retention);
  const [asked, setAsked] = useState<Guarded<Retention>>();
  const told = { announced: "It is saved how long things are kept.", onDone };
  const { save, leave, form } = useSiteChange(
    site,
    (retention: Retention) => ({ retention }),
    told,
  );
  const { events_days, sums_days } = wish;
  const keepEvents = (choice: string) => {
    const days = daysOf(choice);
    // Sums outlast their events.
    const enough = days !== undefined && sums_days !== undefined && sums_days >= days;
    setWish({ events_days: days, sums_days: enough ? sums_days : undefined });
  };
  /** Nothing that is kept now goes without a question, whichever button asks for it. */
  const begin = (change: Guarded<Retention>, now: Retention) =>
    isShorter(now, change.wish) ? setAsked(change) : save.mutate(change);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    begin({ wish, version: site.version }, site.retention);
  };
  const close = () => setAsked(undefined);
  const isSame =
    events_days === site.retention.events_days && sums_days === site.retention.sums_days;
  return (
    <form className="form" ref={form} onSubmit={submit} onFocus={onFocus}>
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
        error={asked ? null : save.error}
        shown={[]}
        seen={site}
        words={({ retention }) => ({
          Events: spanWords(retention.events_days),
          "What days came to": spanWords(retention.sums_days),
        })}
        apply={(theirs, retention: Retention) => ({ ...theirs, retention })}
        isBusy={save.isPending}
        onReload={leave}
        onOverwrite={(change) => begin(change, theirsIn(save.error) ?? site.retention)}
      />
      <div className="actions">
        <Button look="primary" type="submit" isDisabled={save.isPending || isSame}>
          Save how long
        </Button>
      </div>
      <Confirm
        title="Keep less than before?"
        verb="Keep less"
        isOpen={asked !== undefined}
        isBusy={save.isPending}
        error={null}
        onConfirm={() => {
          close();
          if (asked) save.mutate(asked);
        }}
        onClose={close}
      >
        <p>What is older goes within the hour, and does not come back, whatever is set later.</p>
      </Confirm>
    </form>
  );
}

/** How long things are kept by who was quicker. */
function theirsIn(error: unknown): Retention | undefined {
  return error instanceof ChangedMeanwhile ? (error.theirs as Site).retention : undefined;
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
