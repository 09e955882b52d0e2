import type { Funnel } from "../../api/types";
import { formatAmount, formatCount, formatDuration } from "../../ui/format";
import { Notice } from "../../ui/notice";
import { Panel } from "../../ui/page";
import { Status } from "../../ui/status";
import { type Column, Table } from "../../ui/table";
import { writeFigure, writeMoney } from "../overview/figures";
import { dropOf, type Reached, reachedOf } from "./reached";

interface ResultProps {
  funnel: Funnel;
  currency: string;
  /** What those who are counted are called: "visitor", "daily visitor". */
  noun: string;
}

/** How many took each step, and where most were lost. */
export function FunnelResult({ funnel, currency, noun }: ResultProps) {
  const reached = reachedOf(funnel);
  const drop = dropOf(funnel);
  const [first] = reached;
  if (!first || first.visitors === 0) return <Nobody name={first?.name ?? "the first step"} />;
  return (
    <>
      <Drop funnel={funnel} reached={reached} currency={currency} noun={noun} />
      <Panel title="Step by step">
        <div className="card">
          <ol className="funnel">
            {reached.map((step) => (
              <Bar key={step.at} step={step} noun={noun} isDrop={step.at === drop?.at} />
            ))}
          </ol>
          <Twin reached={reached} noun={noun} />
        </div>
      </Panel>
    </>
  );
}

function Nobody({ name }: { name: string }) {
  return (
    <Notice tone="info" title={`Nobody took the step “${name}”`}>
      <p>
        A funnel begins with those who took its first step in these days. Choose other days, remove
        filters, or begin with a step that more take: any page, by the event page_view.
      </p>
    </Notice>
  );
}

interface DropProps extends ResultProps {
  reached: readonly Reached[];
}

/** Where most are lost, and what that comes to. */
function Drop({ funnel, reached, currency, noun }: DropProps) {
  const drop = dropOf(funnel);
  const [before, after] = drop ? [reached[drop.at - 1], reached[drop.at]] : [];
  if (!drop || !before || !after) {
    return <Notice tone="good" title="Whoever took the first step took all of them" />;
  }
  const rate = writeFigure(drop.lost / before.visitors, "rate", currency);
  const last = reached.at(-1);
  return (
    <Notice tone="warn" title={`The biggest drop is before “${after.name}”`}>
      <p>
        Of {formatAmount(before.visitors, noun)} who took the step “{before.name}”,{" "}
        {formatCount(drop.lost)} ({rate}) did not take “{after.name}” after it.
      </p>
      <p>
        {drop.cost === undefined
          ? "What that costs cannot be told: nobody who took all the steps brought revenue."
          : `If each of them had brought what those who took “${last?.name}” brought on average, that would have been ${writeMoney(drop.cost, currency)}.`}
      </p>
    </Notice>
  );
}

interface BarProps {
  step: Reached;
  noun: string;
  isDrop: boolean;
}

function Bar({ step, noun, isDrop }: BarProps) {
  const { at, name, visitors, ofFirst, ofPrevious, lost, medianSeconds } = step;
  return (
    <li className="funnel-bar">
      <span className="step-number" aria-hidden="true">
        {at + 1}
      </span>
      <div className="funnel-head">
        <h3>{name}</h3>
        {isDrop && <Status tone="warn" icon="warning" label="The biggest drop" />}
        <strong>{formatAmount(visitors, noun)}</strong>
      </div>
      <svg
        className="funnel-drawing"
        viewBox="0 0 100 1"
        preserveAspectRatio="none"
        aria-hidden="true"
        focusable="false"
      >
        <rect className="funnel-ground" width="100" height="1" />
        <rect className="funnel-part" width={ofFirst * 100} height="1" />
      </svg>
      {at > 0 && (
        <p className="quiet">
          {share(ofFirst)} of the first step, {share(ofPrevious)} of the one before;{" "}
          {formatCount(lost)} lost
          {medianSeconds === undefined
            ? ""
            : `; half of the others came within ${formatDuration(medianSeconds)}`}
        </p>
      )}
    </li>
  );
}

function share(rate: number): string {
  return writeFigure(rate, "rate", "");
}

/** The same as a table, for whoever reads one more easily than bars. */
function Twin({ reached, noun }: { reached: readonly Reached[]; noun: string }) {
  const columns: Column<Reached>[] = [
    { id: "name", head: "Step", cell: ({ at, name }) => `${at + 1}. ${name}` },
    {
      id: "visitors",
      head: `${noun.charAt(0).toUpperCase()}${noun.slice(1)}s`,
      isFigure: true,
      cell: ({ visitors }) => formatCount(visitors),
    },
    { id: "first", head: "Of the first", isFigure: true, cell: ({ ofFirst }) => share(ofFirst) },
    {
      id: "previous",
      head: "Of the one before",
      isFigure: true,
      cell: ({ at, ofPrevious }) => (at === 0 ? "–" : share(ofPrevious)),
    },
    {
      id: "lost",
      head: "Lost",
      isFigure: true,
      cell: ({ at, lost }) => (at === 0 ? "–" : formatCount(lost)),
    },
    {
      id: "time",
      head: "Median time",
      isFigure: true,
      cell: ({ medianSeconds }) =>
        medianSeconds === undefined ? "–" : formatDuration(medianSeconds),
    },
  ];
  return (
    <details className="disclosure">
      <summary>The same as a table</summary>
      <div>
        <Table
          label="Funnel"
          columns={columns}
          rows={reached}
          rowId={({ at }) => String(at)}
          isCards
        />
      </div>
    </details>
  );
}
