import { Link } from "@tanstack/react-router";
import type { NewSchedule, Sync } from "../../api/types";
import { Empty } from "../../ui/empty";
import { type Fact, Facts, FactsWaiting } from "../../ui/facts";
import { Loaded } from "../../ui/loaded";
import { Panel } from "../../ui/page";
import { type Kept, useKept } from "./kept";
import { NextRun } from "./next-run";
import { Removal } from "./removal";
import { Rest } from "./rest";
import { clocksAt, clocksOf } from "./times";
import { Upcoming } from "./upcoming";
import { missedLabel, sentenceOf } from "./words";

interface PanelProps {
  sync: Sync;
  mayRun: boolean;
}

/** When the sync runs by itself, and the way to change it. */
export function SchedulePanel({ sync, mayRun }: PanelProps) {
  const kept = useKept(sync.id);
  return (
    <Panel title="Schedule">
      <Loaded query={kept} waiting={<FactsWaiting count={3} />}>
        {({ set, ...kept }) =>
          set ? (
            <Standing sync={sync} mayRun={mayRun} kept={{ set, ...kept }} />
          ) : (
            <None sync={sync} mayRun={mayRun} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function None({ sync: { id }, mayRun }: PanelProps) {
  const toSet = mayRun && (
    <Link to="/syncs/$id/schedule" params={{ id }} className="button secondary">
      Run by itself…
    </Link>
  );
  return (
    <Empty icon="clock" title="It runs only when somebody asks" action={toSet}>
      <p>
        Name an hour, days or a pattern, and it carries over what has changed by itself, by the
        clocks of any place.
      </p>
    </Empty>
  );
}

interface StandingProps extends PanelProps {
  kept: Kept & { set: NewSchedule };
}

function Standing({ sync, mayRun, kept }: StandingProps) {
  const { set, upcoming } = kept;
  return (
    <div className="card">
      <p className="schedule-when">{sentenceOf(set)}</p>
      <Facts facts={factsOf(kept)} />
      {upcoming.length > 0 && (
        <details className="disclosure">
          <summary>The next times</summary>
          <div>
            <Upcoming times={upcoming} />
          </div>
        </details>
      )}
      {mayRun && (
        <div className="between">
          <Rest sync={sync} kept={kept} />
          <div className="actions">
            <Link to="/syncs/$id/schedule" params={{ id: sync.id }} className="button secondary">
              Change the schedule
            </Link>
            <Removal sync={sync} kept={kept} />
          </div>
        </div>
      )}
    </div>
  );
}

function factsOf({ set, next, upcoming }: StandingProps["kept"]): Fact[] {
  const missed = { label: "Times that were missed", value: missedLabel(set.missed) };
  if (set.paused) return [{ label: "Next run", value: "None while it rests" }, missed];
  if (!next) return [{ label: "Next run", value: "None any more" }, missed];
  const known = upcoming.find(({ at }) => at === next);
  const { there, offset, here } = known ? clocksOf(known) : clocksAt(set.zone, next);
  return [
    { label: "Next run", value: <NextRun at={next} /> },
    {
      label: `In ${set.zone}`,
      value: (
        <>
          {there} <span className="quiet">{offset}</span>
        </>
      ),
    },
    ...(here ? [{ label: "By your clock", value: here }] : []),
    missed,
  ];
}
