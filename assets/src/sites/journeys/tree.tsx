import { getRouteApi, Link } from "@tanstack/react-router";
import type { Journeys } from "../../api/types";
import { changeSearch } from "../../ui/address";
import { formatAmount, formatCount } from "../../ui/format";
import { type Column, Table } from "../../ui/table";
import { writeFigure } from "../overview/figures";
import { type Branch, branchesOf, type Way } from "./branches";
import type { Direction, Through } from "./search";

const route = getRouteApi("/signed-in/sites/$id/journeys");

interface TreeProps {
  journeys: Journeys;
  through: Through;
  direction: Direction;
}

/** The commonest ways as a tree: what goes on from each stands below it. */
export function Tree({ journeys, through, direction }: TreeProps) {
  const look = { through, direction };
  return (
    <div className="card">
      <Branches label="Ways" branches={branchesOf(journeys.ways)} look={look} />
      {journeys.others.visits > 0 && (
        <p className="quiet">
          {formatAmount(journeys.others.visits, "visit")} {beginWords(direction)} with one of{" "}
          {otherWords(journeys.others.values, through)}.
        </p>
      )}
      <Twin journeys={journeys} look={look} />
    </div>
  );
}

type Look = Pick<TreeProps, "through" | "direction">;

interface BranchesProps {
  /** What the list is called; those within another have no name of their own. */
  label?: string;
  branches: readonly Branch[];
  look: Look;
}

function Branches({ label, branches, look }: BranchesProps) {
  return (
    <ul className="journeys" aria-label={label}>
      {branches.map((branch) => (
        <li key={branch.value}>
          <Head branch={branch} look={look} />
          {branch.onward.length > 0 && <Branches branches={branch.onward} look={look} />}
        </li>
      ))}
    </ul>
  );
}

function Head({ branch: { way, value }, look }: { branch: Branch; look: Look }) {
  const { visits, of_all, of_previous, ended, others } = way;
  const told = [
    way.steps.length > 1 && `${share(of_previous)} of those before`,
    ended > 0 && `${formatCount(ended)} ${endWords(look.direction)}`,
    others.visits > 0 && onWords(others, look),
  ];
  return (
    <>
      <div className="funnel-head">
        <span className="journey-name">
          <Start value={value} />
        </span>
        <strong>{formatAmount(visits, "visit")}</strong>
      </div>
      <svg
        className="journey-drawing"
        viewBox="0 0 100 1"
        preserveAspectRatio="none"
        aria-hidden="true"
        focusable="false"
      >
        <rect className="funnel-ground" width="100" height="1" />
        <rect className="funnel-part" width={(of_all ?? 0) * 100} height="1" />
      </svg>
      <p className="quiet">{told.filter(Boolean).join("; ")}</p>
    </>
  );
}

/** Leads to the ways that begin there, or lead there; where those stand already, plain text. */
function Start({ value }: { value: string }) {
  const { at } = route.useSearch();
  if (value === "" || value === at) return value;
  return (
    <Link
      from="/sites/$id/journeys"
      to="."
      search={(now) => changeSearch(now, { at: value })}
      resetScroll={false}
    >
      {value}
    </Link>
  );
}

function share(rate: number | null | undefined): string {
  return writeFigure(rate ?? 0, "rate", "");
}

function endWords(direction: Direction): string {
  return direction === "back" ? "began here" : "ended here";
}

function beginWords(direction: Direction): string {
  return direction === "back" ? "ended" : "began";
}

/** "12 went on to 3 other pages", "12 went on further". */
function onWords({ visits, values }: Way["others"], { through, direction }: Look): string {
  const verb = direction === "back" ? "came from" : "went on to";
  const further = direction === "back" ? "began earlier" : "went on further";
  const count = formatCount(visits);
  return values === 0 ? `${count} ${further}` : `${count} ${verb} ${otherWords(values, through)}`;
}

/** "3 other pages". */
function otherWords(values: number, through: Through): string {
  return formatAmount(values, `other ${through}`);
}

/** The same as a table, for whoever reads one more easily than a tree. */
function Twin({ journeys: { ways }, look }: { journeys: Journeys; look: Look }) {
  const columns: Column<Way>[] = [
    {
      id: "way",
      head: "Way",
      cell: ({ steps }) => steps.join(look.direction === "back" ? " ← " : " → "),
    },
    { id: "steps", head: "Steps", isFigure: true, cell: ({ steps }) => steps.length },
    { id: "visits", head: "Visits", isFigure: true, cell: ({ visits }) => formatCount(visits) },
    { id: "of_all", head: "Of all", isFigure: true, cell: ({ of_all }) => share(of_all) },
    {
      id: "of_previous",
      head: "Of those before",
      isFigure: true,
      cell: ({ steps, of_previous }) => (steps.length > 1 ? share(of_previous) : "–"),
    },
    {
      id: "ended",
      head: look.direction === "back" ? "Began here" : "Ended here",
      isFigure: true,
      cell: ({ ended }) => formatCount(ended),
    },
    {
      id: "others",
      head: look.direction === "back" ? "Came otherwise" : "Went on otherwise",
      isFigure: true,
      cell: ({ others }) => formatCount(others.visits),
    },
  ];
  return (
    <details className="disclosure">
      <summary>The same as a table</summary>
      <div>
        <Table
          label="Journeys"
          columns={columns}
          rows={ways}
          rowId={({ steps }) => JSON.stringify(steps)}
          isCards
        />
      </div>
    </details>
  );
}
