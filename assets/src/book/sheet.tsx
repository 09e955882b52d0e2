import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Button } from "../ui/button";
import { Copy } from "../ui/copy";
import { Dialog } from "../ui/dialog";
import { type Fact, Facts } from "../ui/facts";
import { formatInstant } from "../ui/format";
import { Failure } from "../ui/notice";
import { SkeletonRows } from "../ui/skeleton";
import { Status } from "../ui/status";
import { endWords } from "./ends";
import type { Thing } from "./line";
import { pageOf } from "./places";
import type { BookSearch } from "./search";
import { useShow } from "./toolbar";
import { type Row, useLine } from "./trail";

const route = getRouteApi("/signed-in/book");

/** The line that the address names, read out and as it was written. */
export function LineSheet({ rows }: { rows: readonly Row[] }) {
  const { line } = route.useSearch();
  const show = useShow();
  const sequence = line === undefined ? undefined : Number(line);
  const { row, error } = useLine(sequence, rows);
  return (
    <Dialog
      title={`Line ${line ?? ""}`}
      look="sheet"
      isOpen={sequence !== undefined}
      onClose={() => show({ line: undefined })}
    >
      {error ? <Failure error={error} /> : row ? <Line row={row} rows={rows} /> : <SkeletonRows />}
    </Dialog>
  );
}

function Line({ row, rows }: { row: Row; rows: readonly Row[] }) {
  return (
    <>
      <div className="between">
        <p className="line-what">{row.what}</p>
        <Status {...endWords[row.end]} />
      </div>
      <Facts facts={factsOf(row)} />
      {row.things.length > 0 && <Things things={row.things} />}
      {row.request && <Request row={row} />}
      {row.facts.length > 0 && (
        <section className="line-part">
          <h3>Figures and facts</h3>
          <Facts facts={row.facts.map(([label, value]) => ({ label, value }))} />
        </section>
      )}
      <Chain row={row} rows={rows} />
      <details className="disclosure">
        <summary>The line as it was written</summary>
        <div className="stack">
          <pre className="code-block">{JSON.stringify(row.line, undefined, 2)}</pre>
          <div className="actions">
            <Copy text={JSON.stringify(row.line)} what={`line ${row.sequence}`} />
          </div>
        </div>
      </details>
      <Neighbours sequence={row.sequence} />
    </>
  );
}

function factsOf({ time, code, who, place, reason }: Row): Fact[] {
  const facts: Fact[] = [
    { label: "When", value: time ? formatInstant(time) : "" },
    {
      label: "Code",
      value: code && (
        <Narrow search={{ code }}>
          <code>{code}</code>
        </Narrow>
      ),
    },
    { label: "By", value: who && <Narrow search={{ actor: who }}>{who}</Narrow> },
    {
      label: "From",
      value: isAddress(place) ? <Narrow search={{ address: place }}>{place}</Narrow> : place,
    },
    { label: "Reason", value: reason },
  ];
  return facts.filter(({ value }) => value !== "");
}

/** Leads to all lines that are alike in this. */
function Narrow({ search, children }: { search: BookSearch; children: ReactNode }) {
  return (
    <Link to="/book" search={search}>
      {children}
    </Link>
  );
}

/** Whether a place is an IP address, and not a name such as "local socket". */
function isAddress(place: string): boolean {
  return /^[0-9a-f.:]+$/i.test(place) && /[.:]/.test(place);
}

function Things({ things }: { things: readonly Thing[] }) {
  return (
    <section className="line-part">
      <h3>What it was about</h3>
      <ul className="things">
        {things.map((thing) => (
          <li key={`${thing.kind} ${thing.id} ${thing.name}`} className="between">
            <Named thing={thing} />
            {thing.id && (
              <Link to="/book" search={{ object: thing.id }}>
                Follow this {thing.kind || "object"}
              </Link>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What it is and what it is called; leads to its page, where it has one. */
function Named({ thing }: { thing: Thing }) {
  const page = pageOf(thing);
  const name = thing.name || thing.id;
  return (
    <span>
      <span className="quiet-value">{thing.kind}</span>{" "}
      {page ? <Link to={page}>{name}</Link> : name}
    </span>
  );
}

function Request({ row: { request, call, agent } }: { row: Row }) {
  return (
    <section className="line-part">
      <h3>The request</h3>
      {call && <p className="break">{call}</p>}
      <p className="quiet break">{agent}</p>
      <div className="between">
        <code className="break">{request}</code>
        <Link to="/book" search={{ request }}>
          Follow this request
        </Link>
      </div>
    </section>
  );
}

/** Where the line hangs in the chain. */
function Chain({ row, rows }: { row: Row; rows: readonly Row[] }) {
  const older = rows.find(({ sequence }) => sequence === row.sequence - 1);
  const isLinked = older?.chain.hash === row.chain.prev;
  return (
    <section className="line-part">
      <h3>The chain</h3>
      <dl className="pairs hashes">
        <dt>Its hash</dt>
        <dd>
          <code className="break">{row.chain.hash}</code>
        </dd>
        <dt>The one before</dt>
        <dd>
          <code className="break">{row.chain.prev}</code>
        </dd>
      </dl>
      {older && (
        <Status
          tone={isLinked ? "good" : "bad"}
          icon={isLinked ? "link" : "close"}
          label={isLinked ? `It is the hash of line ${older.sequence}` : "It is another one"}
        />
      )}
    </section>
  );
}

function Neighbours({ sequence }: { sequence: number }) {
  const show = useShow();
  return (
    <div className="actions">
      <Button isDisabled={sequence <= 1} onPress={() => show({ line: `${sequence - 1}` }, true)}>
        Line before
      </Button>
      <Button onPress={() => show({ line: `${sequence + 1}` }, true)}>Line after</Button>
    </div>
  );
}
