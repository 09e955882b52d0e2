import { getRouteApi, Link } from "@tanstack/react-router";
import { $api } from "../api/client";
import type { Job } from "../api/types";
import { changeSearch } from "../ui/address";
import { Select } from "../ui/fields";
import { Icon } from "../ui/icon";
import { Listing } from "../ui/listing";
import { Progress } from "../ui/progress";
import { Status } from "../ui/status";
import type { Column } from "../ui/table";
import { Ago } from "../ui/time";
import { JobActions } from "./actions";
import { type JobSearch, kinds, states } from "./search";
import { hasEnded, jobStatus, kindWords, placeOf, progressOf } from "./state";

const route = getRouteApi("/signed-in/jobs");
const pageSize = 50;

const columns: Column<Job>[] = [
  { id: "about", head: "Job", cell: (job) => <About job={job} /> },
  { id: "state", head: "State", cell: (job) => <State job={job} /> },
  { id: "records", head: "Records", isFigure: true, cell: (job) => <Records job={job} /> },
  { id: "when", head: "Asked for", isFigure: true, cell: (job) => <Ago time={job.queued_at} /> },
  {
    id: "actions",
    label: "What can be done",
    head: <span className="visually-hidden">What can be done</span>,
    cell: (job) => <JobActions job={job} />,
  },
];

/** Everything that somebody has under way, or had, newest first. */
export function JobList() {
  const search = route.useSearch();
  return (
    <Listing
      title="Jobs"
      lead="What is under way, and what became of the rest: plans, runs, imports and exports."
      noun="job"
      pages={useJobs(search)}
      columns={columns}
      filters={<Filters />}
      more="Show older jobs"
      isNarrowed={search.kind !== undefined || search.state !== undefined}
      empty={{
        icon: "clock",
        title: "Nothing was asked for yet",
        text: "Imports, exports, plans and runs are listed here while they go on, and afterwards.",
        action: (
          <Link to="/datasets" className="button primary">
            To the datasets
          </Link>
        ),
      }}
    />
  );
}

function useJobs({ kind, state }: JobSearch) {
  return $api.useInfiniteQuery(
    "get",
    "/jobs",
    { params: { query: { limit: pageSize, kind, state } } },
    {
      pageParamName: "after",
      initialPageParam: null,
      getNextPageParam: ({ next }) => next,
      refetchInterval: ({ state }) =>
        state.data?.pages.some(({ items }) => items.some((job) => !hasEnded(job))) ? 2_000 : 30_000,
    },
  );
}

function Filters() {
  const { kind = "", state = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const show = (change: Record<string, string>) =>
    navigate({ search: (now) => changeSearch(now, change as JobSearch) });
  return (
    <>
      <Select
        label="Kind"
        hideLabel
        options={options("Every kind", kinds)}
        value={kind}
        onChange={(kind) => show({ kind })}
      />
      <Select
        label="State"
        hideLabel
        options={options("Every state", states)}
        value={state}
        onChange={(state) => show({ state })}
      />
    </>
  );
}

function options(all: string, words: readonly string[]) {
  const named = words.map((value) => ({
    value,
    label: value.charAt(0).toUpperCase() + value.slice(1),
  }));
  return [{ value: "", label: all }, ...named];
}

function About({ job }: { job: Job }) {
  const { label, icon } = kindWords[job.kind];
  const place = placeOf(job);
  const name = job.about ?? "A dataset out of reach";
  return (
    <span className="job">
      <Icon name={icon} />
      <span>
        {place ? <Link to={place}>{name}</Link> : name}
        <small className="quiet">{job.file_name ? `${label} of ${job.file_name}` : label}</small>
      </span>
    </span>
  );
}

function State({ job }: { job: Job }) {
  return (
    <span className="job-cell">
      <Status {...jobStatus(job)} />
      {job.failure && <small className="quiet break">{job.failure.message}</small>}
    </span>
  );
}

function Records({ job }: { job: Job }) {
  const { state, total, records } = job;
  return (
    <span className="job-cell">
      {progressOf(job)}
      {state === "running" && total !== undefined && (
        <Progress label={`Progress of ${job.about}`} value={records} max={total} />
      )}
    </span>
  );
}
