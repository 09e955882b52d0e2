import { getRouteApi, Link } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";
import { rowsOf, useConnections, useDatasets } from "../../api/lists";
import { Empty } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { Loaded } from "../../ui/loaded";
import { NewLink } from "../../ui/new-link";
import { Page } from "../../ui/page";
import { SkeletonRows } from "../../ui/skeleton";
import { Create } from "./create";
import { ChooseEnds } from "./ends";
import { MapFields } from "./mapping";
import { type Step, stepOf, steps } from "./search";
import { useSettled } from "./settled";
import { ChooseTable } from "./table";

const route = getRouteApi("/signed-in/syncs/new");

const titles: Record<Step, string> = {
  ends: "From and to",
  table: "Table",
  mapping: "Mapping",
  create: "Create",
};

const headings: Record<Step, string> = {
  ends: "Which way records go, between which ends",
  table: "Which table at the other end",
  mapping: "What goes where",
  create: "All of it once more",
};

/** From a dataset, over a connection, to a table, and what goes where: step by step. */
export function NewSync() {
  const step = stepOf(route.useSearch());
  return (
    <Page title="New sync" crumbs={[{ label: "Syncs", to: "/syncs" }]}>
      <Needed>
        <Steps now={step} />
        <StepHeading step={step} />
        <StepBody step={step} />
      </Needed>
    </Page>
  );
}

/** Takes the keyboard when the step changes, and is read out. */
function StepHeading({ step }: { step: Step }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current !== step) heading.current?.focus();
    shown.current = step;
  }, [step]);
  return (
    <h2 ref={heading} tabIndex={-1}>
      {headings[step]}
    </h2>
  );
}

/** How far one is; steps that were reached can be gone back to. */
function Steps({ now }: { now: Step }) {
  const search = route.useSearch();
  const here = steps.indexOf(now);
  return (
    <nav aria-label="Steps">
      <ol className="stages">
        {steps.map((step, index) => (
          <li key={step} className={index < here ? "done" : undefined}>
            <StepMark number={index + 1} isDone={index < here} />
            {index < here ? (
              <Link from="/syncs/new" to="/syncs/new" search={{ ...search, step }}>
                {titles[step]}
              </Link>
            ) : (
              <span aria-current={step === now ? "step" : undefined}>{titles[step]}</span>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

function StepMark({ number, isDone }: { number: number; isDone: boolean }) {
  return (
    <span className="step-number" aria-hidden="true">
      {isDone ? <Icon name="check" /> : number}
    </span>
  );
}

function StepBody({ step }: { step: Step }) {
  switch (step) {
    case "ends":
      return <ChooseEnds />;
    case "table":
      return <ChooseTable />;
    case "mapping":
      return <WithSettled>{(settled) => <MapFields settled={settled} />}</WithSettled>;
    case "create":
      return <WithSettled>{(settled) => <Create settled={settled} />}</WithSettled>;
  }
}

type Settled = NonNullable<ReturnType<typeof useSettled>["data"]>;

/** The steps that need both ends and what is proposed between them. */
function WithSettled({ children }: { children: (settled: Settled) => ReactNode }) {
  const settled = useSettled();
  if (settled.data) return children(settled.data);
  return settled.failure ?? <SkeletonRows rows={8} />;
}

/** A sync needs something at both ends; where one is missing, leads there. */
function Needed({ children }: { children: ReactNode }) {
  const [datasets, connections] = [useDatasets(), useConnections()];
  return (
    <Loaded query={datasets}>
      {() => (
        <Loaded query={connections}>
          {() => {
            if (rowsOf(datasets).length === 0) return <MissingDataset />;
            if (rowsOf(connections).length === 0) return <MissingConnection />;
            return children;
          }}
        </Loaded>
      )}
    </Loaded>
  );
}

function MissingDataset() {
  return (
    <Empty
      icon="dataset"
      title="A sync needs a dataset"
      action={<NewLink to="/datasets/new" label="New dataset" />}
    >
      <p>Bring records in first; then say where they go.</p>
    </Empty>
  );
}

function MissingConnection() {
  return (
    <Empty
      icon="link"
      title="A sync needs a connection"
      action={<NewLink to="/connections/new" label="New connection" />}
    >
      <p>Connect the account that the records go to; then say which table.</p>
    </Empty>
  );
}
