import { getRouteApi, Link } from "@tanstack/react-router";
import type { Run } from "../api/types";
import { BookLink } from "../book/link";
import { ConflictsFound } from "../conflicts/panel";
import { Facts } from "../ui/facts";
import { formatCount, formatDuration, formatMoment } from "../ui/format";
import { Ledger } from "../ui/ledger";
import { Notice } from "../ui/notice";
import { Panel } from "../ui/page";
import { Status } from "../ui/status";
import { ThingPage } from "../ui/thing-page";
import { Ago, useNow } from "../ui/time";
import { RunActions } from "./actions";
import { activityOf, ledgerOf, settledOf } from "./counts";
import { DeletionsHeld } from "./deletions-held";
import { useLiveRun } from "./live";
import { Outcomes } from "./outcomes";
import { RunProgress } from "./progress";
import { Quarantined } from "./quarantined";
import { hasEnded, runStatus } from "./state";

const route = getRouteApi("/signed-in/runs/$id");

export function RunPage() {
  const { id } = route.useParams();
  const run = useLiveRun(id);
  return (
    <ThingPage
      query={run}
      crumbs={[{ label: "Runs", to: "/runs" }]}
      titleOf={({ sync_name }) => `Run of ${sync_name}`}
      lead={(found) => <Lead run={found} />}
      actions={(found) => <RunActions run={found} />}
    >
      {(found) => (
        <>
          <Course run={found} />
          <DeletionsHeld run={found} />
          <Quarantined run={found} />
          <ConflictsFound run={found} />
          <div className="columns">
            <Account run={found} />
            <Problems run={found} />
          </div>
          {found.kind !== "plan" && <Outcomes run={found} />}
          {found.too_large_to_undo && (
            <p className="quiet">
              It wrote more than is remembered of one run, and so it cannot be undone.
            </p>
          )}
        </>
      )}
    </ThingPage>
  );
}

const queuedWords = { push: "Push, queued", pull: "Pull, queued", two_way: "Two-way, queued" };

function Lead({ run }: { run: Run }) {
  return (
    <>
      <Status {...runStatus(run)} />
      <span>
        {queuedWords[run.direction]} <Ago time={run.queued_at} />
        {run.by && ` by ${run.by.name}`}
      </span>
      <Link to="/syncs/$id" params={{ id: run.sync_id }}>
        To the sync
      </Link>
      {run.plan_id && (
        <Link to="/plans/$id" params={{ id: run.plan_id }}>
          {run.kind === "plan" ? "Makes this plan" : "Carries out this plan"}
        </Link>
      )}
      {run.retry_of && (
        <Link to="/runs/$id" params={{ id: run.retry_of }}>
          Tries again what this run left
        </Link>
      )}
      {run.undoes && (
        <Link to="/runs/$id" params={{ id: run.undoes }}>
          Undoes this run
        </Link>
      )}
      {run.undone_by && (
        <Link to="/runs/$id" params={{ id: run.undone_by }}>
          Undone by this run
        </Link>
      )}
      <BookLink id={run.id} />
    </>
  );
}

/** What happens now, or how it ended. */
function Course({ run }: { run: Run }) {
  if (run.state === "failed") {
    return (
      <Notice tone="bad" title="The run failed">
        <p>{run.failure?.message ?? "It stopped before its end."}</p>
        <p>What was written before stays written. The next run goes on from there.</p>
      </Notice>
    );
  }
  if (run.state === "cancelled") {
    return (
      <Notice tone="warn" title="The run was cancelled">
        <p>What was written before stays written. The next run goes on from there.</p>
      </Notice>
    );
  }
  if (hasEnded(run)) return <Ending run={run} />;
  return (
    <div className="card">
      {run.state === "waiting" && <Waiting run={run} />}
      <RunProgress run={run} activity={activityOf(run)} />
    </div>
  );
}

function Ending({ run }: { run: Run }) {
  const { kind, counts, changes_since, direction, quarantined } = run;
  if (kind === "plan") return <Notice tone="good" title="Done: the plan is made" />;
  if (kind === "undo") {
    const left = counts.refused + counts.unknown + counts.held;
    return <Undone left={left} direction={direction} />;
  }
  // What waits in quarantine is as it is to be.
  const open = counts.refused + counts.unknown + counts.held - quarantined;
  if (open === 0 && changes_since)
    return (
      <Notice
        tone="good"
        title={`Done: what has changed there since ${formatMoment(changes_since)} is here`}
      />
    );
  const where = direction === "pull" ? "here" : "there";
  return open > 0 ? (
    <Notice tone="warn" title={`Done; ${formatCount(open)} did not get through`}>
      <p>Why is said below. All others are {where}, each exactly once.</p>
    </Notice>
  ) : (
    <Notice tone="good" title={`Done: every record is ${where}, exactly once`} />
  );
}

function Undone({ left, direction }: { left: number; direction: Run["direction"] }) {
  return (
    <Notice
      tone={left > 0 ? "warn" : "good"}
      title={
        left > 0
          ? `Done; ${formatCount(left)} could not be taken back`
          : "Done: what the run wrote is taken back"
      }
    >
      {left > 0 && <p>Why is said below.</p>}
      <p>The schedule of the sync rests. A run that is asked for {nextRun[direction]}</p>
    </Notice>
  );
}

const nextRun = {
  push: "writes what the dataset says.",
  pull: "brings again what the table holds.",
  two_way: "leaves alone what was taken back, until somebody edits it.",
};

function Waiting({ run: { waiting_until, calls_refused_by_vendor } }: { run: Run }) {
  const now = useNow(1_000);
  const seconds = waiting_until && (new Date(waiting_until).getTime() - now.getTime()) / 1_000;
  return (
    <Notice
      tone="warn"
      title={seconds ? `Waits ${formatDuration(seconds)} more` : "Waits for the provider"}
    >
      <p>
        {calls_refused_by_vendor > 0
          ? "The provider asked for a pause. Trying sooner would only make it longer; the run goes on by itself."
          : "The provider does not answer as it should. The run tries again by itself, where it stopped."}
      </p>
    </Notice>
  );
}

/** The counts, and that they add up. */
function Account({ run }: { run: Run }) {
  const facts = [
    ...(run.kind === "pull" && run.started_at
      ? [
          {
            label: "Reads",
            value: run.changes_since
              ? `Changes since ${formatMoment(run.changes_since)}`
              : "The whole table",
          },
        ]
      : []),
    { label: "Calls", value: formatCount(run.calls) },
    { label: "Calls refused (429)", value: formatCount(run.calls_refused_by_vendor) },
    ...(run.started_at ? [{ label: "Started", value: formatMoment(run.started_at) }] : []),
    ...(run.started_at && run.finished_at
      ? [{ label: "Took", value: formatDuration(secondsBetween(run.started_at, run.finished_at)) }]
      : []),
  ];
  return (
    <Panel title="Account">
      <div className="card">
        <Ledger
          label="Records of this run"
          entries={ledgerOf(run.counts)}
          total={{ label: "Settled", count: settledOf(run.counts) }}
        />
        <Facts facts={facts} />
      </div>
    </Panel>
  );
}

function secondsBetween(start: string, end: string): number {
  return (new Date(end).getTime() - new Date(start).getTime()) / 1_000;
}

function Problems({ run: { problems } }: { run: Run }) {
  return (
    <Panel title="Problems">
      {problems.length === 0 ? (
        <p className="quiet-value">None.</p>
      ) : (
        <ul className="card-list">
          {problems.map(({ key, reason, count }) => (
            <li key={`${key} ${reason}`}>
              <Notice tone="warn" title={reason}>
                <p>
                  {formatCount(count)} {count === 1 ? "record" : "records"}
                  {key !== undefined && (
                    <>
                      , such as <code>{key}</code>
                    </>
                  )}
                </p>
              </Notice>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
