import { Link } from "@tanstack/react-router";
import { rowsOf, useHealth } from "../api/lists";
import { useMay } from "../api/session";
import type { ConnectionHealth, HealthAdvice, HealthQuota, SyncHealth } from "../api/types";
import { providerName } from "../connections/state";
import { Button } from "../ui/button";
import { Empty } from "../ui/empty";
import { type Fact, Facts } from "../ui/facts";
import { formatAmount, formatMoment } from "../ui/format";
import { NewLink } from "../ui/new-link";
import { Failure, Notice } from "../ui/notice";
import { Page, Panel } from "../ui/page";
import { SkeletonRows } from "../ui/skeleton";
import { Status } from "../ui/status";
import { type Column, Table } from "../ui/table";
import { Ago } from "../ui/time";
import {
  type AccessEnd,
  endOf,
  failuresOf,
  paceOf,
  verdictStatus,
  worstFirst,
  worstOf,
} from "./state";

/** How one's connections and syncs do, the worst first, and what to do. */
export function Health() {
  const pages = useHealth();
  const mayWrite = useMay("connection:write");
  const all = rowsOf(pages);
  return (
    <Page
      title="Health"
      lead="How your connections and syncs do, and the one thing to do where they do not."
    >
      {pages.isError && <Failure error={pages.error} onRetry={() => pages.refetch()} />}
      {pages.isPending && <SkeletonRows />}
      {pages.data && all.length === 0 && (
        <Empty
          icon="pulse"
          title="Nothing to look after yet"
          action={mayWrite && <NewLink to="/connections/new" label="New connection" />}
        >
          <p>Once you have a connection, it stands here with its syncs, and says how they do.</p>
        </Empty>
      )}
      {all.length > 0 && <Tally all={all} />}
      {worstFirst(all).map((one) => (
        <One key={one.id} health={one} />
      ))}
      {pages.hasNextPage && (
        <div className="actions">
          <Button isDisabled={pages.isFetchingNextPage} onPress={() => pages.fetchNextPage()}>
            Show more connections
          </Button>
        </div>
      )}
    </Page>
  );
}

/** How many of them do how, in a line. */
function Tally({ all }: { all: readonly ConnectionHealth[] }) {
  const wrong = all.filter((one) => worstOf(one) !== "healthy").length;
  return (
    <p className="quiet" role="status">
      {wrong === 0
        ? `All is well: ${formatAmount(all.length, "connection")}.`
        : `${wrong} of ${formatAmount(all.length, "connection")} with something to do.`}
    </p>
  );
}

function One({ health }: { health: ConnectionHealth }) {
  const { id, name, verdict, advice, syncs } = health;
  return (
    <Panel title={name} aside={<Status {...verdictStatus(verdict)} />}>
      <div className="card">
        {advice && (
          <Notice tone={verdict === "failing" ? "bad" : "warn"} title="What to do">
            <p>{advice.text}</p>
          </Notice>
        )}
        <Facts facts={factsOf(health)} />
        <p>
          <Link to="/connections/$id" params={{ id }}>
            Open the connection
          </Link>
        </p>
        {syncs.length > 0 && (
          <Table
            label={`Syncs of ${name}`}
            columns={columns}
            rows={syncs}
            rowId={(sync) => sync.id}
            isCards
          />
        )}
      </div>
    </Panel>
  );
}

function factsOf(health: ConnectionHealth): Fact[] {
  const { last_accepted_at, last_problem, quota, missing_scopes, advice } = health;
  const facts: Fact[] = [
    { label: "Provider", value: providerName(health) },
    {
      label: "Last call that worked",
      value: last_accepted_at ? <Ago time={last_accepted_at} /> : "Never",
    },
    { label: "Pace", value: <Pace quota={quota} /> },
  ];
  if (last_problem && !advice) facts.push({ label: "Last trouble", value: last_problem });
  const end = endOf(health);
  if (end) facts.push({ label: end.label, value: <End end={end} /> });
  if (missing_scopes.length > 0) {
    facts.push({ label: "Not allowed", value: missing_scopes.join(", ") });
  }
  return facts;
}

/** The date, for the diary. */
function End({ end: { at, unless } }: { end: AccessEnd }) {
  if (!at) return "The provider does not tell";
  return (
    <span>
      <time dateTime={at}>{formatMoment(at)}</time>
      {unless && `, ${unless}`}
    </span>
  );
}

/** How fast calls go out, or until when none does. */
function Pace({ quota }: { quota: HealthQuota }) {
  const [limit] = quota.limits;
  if (limit) {
    return (
      <span>
        {limit.limit === "calls" ? "No calls left" : "No room left"}, tried again{" "}
        <Ago time={limit.tried_again_at} />
      </span>
    );
  }
  if (quota.held_until) {
    return (
      <span>
        Left alone, goes on <Ago time={quota.held_until} />
      </span>
    );
  }
  return paceOf(quota);
}

const columns: Column<SyncHealth>[] = [
  {
    id: "name",
    head: "Sync",
    cell: ({ id, name }) => (
      <Link to="/syncs/$id" params={{ id }}>
        {name}
      </Link>
    ),
  },
  { id: "state", head: "State", cell: ({ verdict }) => <Status {...verdictStatus(verdict)} /> },
  {
    id: "success",
    head: "Last success",
    cell: ({ last_success_at }) => (last_success_at ? <Ago time={last_success_at} /> : "None"),
  },
  { id: "failures", head: "Failed runs", cell: failuresOf },
  { id: "pace", head: "Pace", cell: ({ quota }) => <Pace quota={quota} /> },
  {
    id: "advice",
    head: "What to do",
    cell: ({ advice }) => (advice ? <Advice advice={advice} /> : "Nothing"),
  },
];

function Advice({ advice: { text, run_id } }: { advice: HealthAdvice }) {
  if (!run_id) return text;
  return (
    <span>
      {text}{" "}
      <Link to="/runs/$id" params={{ id: run_id }}>
        Open the run
      </Link>
    </span>
  );
}
