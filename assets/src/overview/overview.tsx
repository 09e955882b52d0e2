import { Link } from "@tanstack/react-router";
import { $api } from "../api/client";
import { useMay } from "../api/session";
import { hasEnded } from "../runs/state";
import { RunTable } from "../runs/table";
import { formatCount } from "../ui/format";
import { Icon } from "../ui/icon";
import { Loaded } from "../ui/loaded";
import { Page, Panel } from "../ui/page";
import { firstSteps, type Step } from "./steps";

const liveMs = 30_000;
const shownRuns = 8;

export function Overview() {
  const maySync = useMay("sync:read");
  return (
    <Page title="Overview" lead="What is here, and what ran last.">
      <Figures />
      {maySync ? <Work /> : <NoRecords />}
    </Page>
  );
}

function useSystem() {
  return $api.useQuery("get", "/system", undefined, { refetchInterval: liveMs });
}

function Figures() {
  const system = useSystem();
  return (
    <Loaded
      query={system}
      waiting={<div className="figures waiting" role="status" aria-label="Loading" />}
    >
      {({ counts }) =>
        counts && (
          <dl className="figures">
            <Figure label="Records" count={counts.records} />
            <Figure label="Datasets" count={counts.datasets} to="/datasets" />
            <Figure label="Connections" count={counts.connections} to="/connections" />
            <Figure label="Syncs" count={counts.syncs} to="/syncs" />
            <Figure label="Runs" count={counts.runs} to="/runs" />
          </dl>
        )
      }
    </Loaded>
  );
}

interface FigureProps {
  label: string;
  count: number;
  /** Where those that are counted are listed. */
  to?: "/datasets" | "/connections" | "/syncs" | "/runs";
}

function Figure({ label, count, to }: FigureProps) {
  return (
    <div>
      <dt>
        {to ? (
          <Link to={to} aria-label={`${label}: ${formatCount(count)}`}>
            {label}
          </Link>
        ) : (
          label
        )}
      </dt>
      <dd>{formatCount(count)}</dd>
    </div>
  );
}

function Work() {
  const system = useSystem();
  const runs = $api.useQuery(
    "get",
    "/runs",
    { params: { query: { limit: shownRuns } } },
    {
      refetchInterval: ({ state }) =>
        state.data?.items.some((run) => !hasEnded(run)) ? 2_000 : liveMs,
    },
  );
  const mayWrite = useMay("sync:write");
  return (
    <Loaded query={runs}>
      {({ items }) => {
        const counts = system.data?.counts;
        const steps = counts ? firstSteps({ counts, lastRuns: items }) : [];
        const isUnderWay = steps.some(({ state }) => state === "next");
        return (
          <>
            {isUnderWay && mayWrite && <FirstSteps steps={steps} />}
            {items.length > 0 && (
              <Panel title="Last runs" aside={<Link to="/runs">All runs</Link>}>
                <RunTable label="Last runs" runs={items} />
              </Panel>
            )}
          </>
        );
      }}
    </Loaded>
  );
}

function FirstSteps({ steps }: { steps: readonly Step[] }) {
  return (
    <Panel title="To your first sync">
      <ol className="steps">
        {steps.map((step, index) => (
          <li key={step.to} className={`step ${step.state}`}>
            <span className="step-number">
              {step.state === "done" ? <Icon name="check" /> : index + 1}
            </span>
            <div>
              <h3>
                {step.title}
                {step.state === "done" && <span className="visually-hidden"> (done)</span>}
              </h3>
              <p>{step.why}</p>
            </div>
            {step.state === "next" && (
              <div className="actions">
                <Link to={step.to} className="button primary">
                  {step.verb}
                </Link>
              </div>
            )}
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function NoRecords() {
  return (
    <p>
      Your roles let you look after this appliance, not into its records. What you may do is in the
      menu; an administrator can give you further roles.
    </p>
  );
}
