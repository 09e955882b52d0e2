import { getRouteApi, Link } from "@tanstack/react-router";
import { $api } from "../api/client";
import { useMay } from "../api/session";
import type { Plan, RunCounts } from "../api/types";
import { BookLink } from "../book/link";
import { directionName } from "../runs/state";
import { describeScope } from "../syncs/scope";
import { Button } from "../ui/button";
import { Facts } from "../ui/facts";
import { formatAmount, formatCount, formatDuration, formatMoment } from "../ui/format";
import { Ledger } from "../ui/ledger";
import { Failure, Notice } from "../ui/notice";
import { Panel } from "../ui/page";
import { Progress } from "../ui/progress";
import { Status } from "../ui/status";
import { ThingPage } from "../ui/thing-page";
import { Ago, useNow } from "../ui/time";
import { Approve } from "./approve";
import { Changes } from "./changes";
import { useMakePlan } from "./make";
import { isApprovable, isExpired, plannedLedger, planStatus, sideLedger } from "./state";

const route = getRouteApi("/signed-in/plans/$id");
const pollMs = 2_000;

/** What a run would do, before it does it. */
export function PlanPage() {
  const { id } = route.useParams();
  const mayRun = useMay("sync:run");
  const plan = $api.useQuery(
    "get",
    "/plans/{id}",
    { params: { path: { id } } },
    {
      refetchInterval: ({ state: { data } }) =>
        data?.state === "making" || data?.state === "approved" ? pollMs : false,
    },
  );
  return (
    <ThingPage
      query={plan}
      crumbs={[{ label: "Syncs", to: "/syncs" }]}
      titleOf={({ sync_name }) => `Plan of ${sync_name}`}
      lead={(found) => <Lead plan={found} />}
      actions={(found) => mayRun && <Approve plan={found} />}
    >
      {(found) => (
        <>
          <Course plan={found} />
          {found.counts && <Account plan={found} />}
          {found.counts && <Changes plan={found} />}
        </>
      )}
    </ThingPage>
  );
}

function Lead({ plan }: { plan: Plan }) {
  const now = useNow(pollMs);
  return (
    <>
      <Status {...planStatus(plan, now)} />
      <span>
        asked for <Ago time={plan.queued_at} />
        {plan.by && ` by ${plan.by.name}`}
      </span>
      <Link to="/syncs/$id" params={{ id: plan.sync_id }}>
        To the sync
      </Link>
      {plan.undoes && (
        <Link to="/runs/$id" params={{ id: plan.undoes }}>
          Undoes this run
        </Link>
      )}
      <BookLink id={plan.id} />
    </>
  );
}

/** Where the plan stands, and what comes next. */
function Course({ plan }: { plan: Plan }) {
  const now = useNow(pollMs);
  if (isExpired(plan, now)) return <Outdated plan={plan} why="Its time for approval is over." />;
  switch (plan.state) {
    case "making":
      return <Making plan={plan} />;
    case "failed":
      return (
        <Notice tone="bad" title="The plan could not be made">
          <p>{plan.failure?.message ?? "It stopped before its end."}</p>
          <PlanAnew plan={plan} />
        </Notice>
      );
    case "superseded":
      return (
        <Outdated
          plan={plan}
          why="Another plan, another run or another mapping came after it, so that it no longer says what would happen."
        />
      );
    case "approved":
    case "executed":
      return <Approved plan={plan} />;
    case "ready":
      return plan.counts ? <Outlook plan={plan} counts={plan.counts} /> : null;
  }
}

/** What to know before the plan is approved. */
function Outlook({ plan, counts }: { plan: Plan; counts: RunCounts }) {
  const asked = plan.both?.conflicts_asked ?? 0;
  if (counts.refused === 0 && !isApprovable(plan)) {
    return (
      <Notice tone="good" title="Nothing to write">
        <p>
          {plan.undoes
            ? "Nothing that the run wrote can be taken back: what is listed below was changed since, or is not known."
            : "Both ends are alike, so that there is nothing to approve."}
        </p>
      </Notice>
    );
  }
  return (
    <>
      {counts.refused > 0 && (
        <Notice tone="warn" title="Some records would be refused">
          <p>They are listed below with the reason. The others go through all the same.</p>
        </Notice>
      )}
      {asked > 0 && (
        <Notice tone="warn" title={`${formatAmount(asked, "conflict")} would ask you`}>
          <p>
            Both sides have changed these records. A run lets them wait in the inbox until somebody
            has said who is right; they are listed below as held back.
          </p>
        </Notice>
      )}
    </>
  );
}

function Making({ plan: { job_id, read_first } }: { plan: Plan }) {
  return (
    <div className="card">
      <h2>
        {read_first ? "Reads what is there, and compares." : "Compares with what was agreed."}
      </h2>
      <Progress label="Progress of the plan" value={undefined} max={1} />
      <p className="quiet">
        Nothing is written.{" "}
        <Link to="/runs/$id" params={{ id: job_id }}>
          Watch it, or cancel it
        </Link>
      </p>
    </div>
  );
}

function Outdated({ plan, why }: { plan: Plan; why: string }) {
  return (
    <Notice tone="warn" title="The plan is outdated">
      <p>{why}</p>
      <PlanAnew plan={plan} />
    </Notice>
  );
}

function PlanAnew({ plan: { sync_id, read_first, undoes } }: { plan: Plan }) {
  const mayRun = useMay("sync:run");
  const make = useMakePlan(sync_id);
  // An undo is asked for at its run.
  if (!mayRun || undoes) return null;
  return (
    <>
      <div className="actions">
        <Button icon="run" isDisabled={make.isPending} onPress={() => make.mutate(read_first)}>
          Plan anew
        </Button>
      </div>
      <Failure error={make.error} />
    </>
  );
}

function Approved({ plan: { state, approved_by, approved_at, run_id } }: { plan: Plan }) {
  const isOver = state === "executed";
  return (
    <Notice
      tone={isOver ? "good" : "info"}
      title={isOver ? "It was carried out" : "It is approved"}
    >
      <p>
        {approved_by && `By ${approved_by.name}`}
        {approved_at && `, ${formatMoment(approved_at)}`}.
      </p>
      {run_id && (
        <Link to="/runs/$id" params={{ id: run_id }}>
          {isOver ? "What the run did" : "Watch the run"}
        </Link>
      )}
    </Notice>
  );
}

/** The counts, and what they cost. */
function Account({ plan }: { plan: Plan }) {
  const { counts, both, calls, seconds, direction, read_first, scope } = plan;
  const { made_at, expires_at, hash } = plan;
  if (!counts) return null;
  const facts = [
    { label: "Direction", value: directionName(direction) },
    { label: "Compared with", value: read_first ? "What is really there" : "What was agreed last" },
    { label: "Records", value: describeScope(scope) },
    ...(calls === undefined ? [] : [{ label: "Calls", value: formatCount(calls) }]),
    ...(seconds === undefined
      ? []
      : [{ label: "Takes, at the vendor’s pace", value: formatDuration(seconds) }]),
    ...(made_at ? [{ label: "Made", value: formatMoment(made_at) }] : []),
    ...(expires_at ? [{ label: "Can be approved until", value: formatMoment(expires_at) }] : []),
  ];
  return (
    <Panel title="Account">
      <div className="card">
        <Ledger
          label="Records of this plan"
          entries={plannedLedger(counts)}
          total={{ label: "Looked at", count: counts.read }}
        />
        {both && <BothSides both={both} />}
        <Facts facts={facts} />
        {hash && (
          <p className="quiet">
            Fingerprint <code className="break">{hash}</code>
          </p>
        )}
      </div>
    </Panel>
  );
}

/** What either side gets of the other; a record that is written on both counts on both. */
function BothSides({ both }: { both: NonNullable<Plan["both"]> }) {
  const { here, there, conflicts_asked, conflicts_settled } = both;
  const sides = [
    { label: "Here", counts: here },
    { label: "There", counts: there },
  ];
  const conflicts = [
    { label: "Would ask you", count: conflicts_asked, tone: "warn" as const },
    { label: "Settled by a rule or a decision", count: conflicts_settled },
  ];
  const total = conflicts_asked + conflicts_settled;
  return (
    <div className="sides">
      {sides.map(({ label, counts }) => (
        <Ledger
          key={label}
          label={label}
          entries={sideLedger(counts)}
          total={{ label, count: counts.created + counts.changed + counts.deleted }}
        />
      ))}
      {total > 0 && (
        <Ledger
          label="Conflicts"
          entries={conflicts}
          total={{ label: "Conflicts", count: total }}
        />
      )}
    </div>
  );
}
