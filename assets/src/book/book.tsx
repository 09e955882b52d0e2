import { getRouteApi } from "@tanstack/react-router";
import { Button } from "../ui/button";
import { Empty } from "../ui/empty";
import { formatAmount, formatShortInstant } from "../ui/format";
import { Failure, Notice } from "../ui/notice";
import { Page } from "../ui/page";
import { Status } from "../ui/status";
import { type Column, Table, WaitingTable } from "../ui/table";
import { viewChain } from "./chain";
import { CheckpointButton } from "./checkpoint";
import { endWords } from "./ends";
import { isNarrowed } from "./search";
import { LineSheet } from "./sheet";
import { BookToolbar, useShow } from "./toolbar";
import { type Row, useTrail } from "./trail";

const route = getRouteApi("/signed-in/book");

/** The audit log, newest first: narrowed, followed, and each line whole, as it was written. */
export function Book() {
  const search = route.useSearch();
  const show = useShow();
  const trail = useTrail(search);
  const columns = columnsFor((line) => show({ line }));
  const { rows, isReading, isMore, looked } = trail;
  return (
    <Page
      title="Book"
      lead="Every act, in the order in which it happened. Each line seals the one before it."
      actions={<CheckpointButton />}
    >
      <BookToolbar />
      <ChainStatus rows={rows} looked={isNarrowed(search) ? looked : undefined} />
      {trail.error && <Failure error={trail.error} onRetry={trail.retry} />}
      {rows.length > 0 && (
        <Table
          label="Events"
          columns={columns}
          rows={rows}
          rowId={({ sequence }) => `${sequence}`}
          isCards
          isOneLine
          isPressable
        />
      )}
      {rows.length === 0 && isReading && !trail.error && (
        <WaitingTable columns={columns} rows={16} />
      )}
      {rows.length === 0 && !isReading && !trail.error && <NoLines looked={looked} />}
      {!isReading && isMore && (
        <div className="actions">
          <Button onPress={trail.goOn}>
            {isNarrowed(search) ? "Look further back" : "Show older events"}
          </Button>
        </div>
      )}
      <LineSheet rows={rows} />
    </Page>
  );
}

interface ChainStatusProps {
  rows: readonly Row[];
  /** How many lines a search has looked at. */
  looked: number | undefined;
}

/** What can be seen of the chain from here, and how far a search has come. */
function ChainStatus({ rows, looked }: ChainStatusProps) {
  const chain = viewChain(rows);
  if (chain.break) {
    const { before, after } = chain.break;
    return (
      <Notice tone="bad" title={`The chain is broken between lines ${before} and ${after}`}>
        <p>
          Line {after} does not carry the hash of line {before}. Keep the folder as it is, and find
          out with <code>weighbridge audit verify</code> what is wrong.
        </p>
      </Notice>
    );
  }
  return (
    <div className="between chain-status">
      <p className="quiet" role="status">
        {looked !== undefined
          ? `${formatAmount(rows.length, "line")} of ${formatAmount(looked, "line")} looked at`
          : formatAmount(rows.length, "line")}
      </p>
      {chain.pairs > 0 && (
        <Status
          tone="good"
          icon="link"
          label={`${formatAmount(chain.pairs, "link")} in view, none broken`}
        />
      )}
    </div>
  );
}

function NoLines({ looked }: { looked: number }) {
  return (
    <Empty icon="search" title="No line fits">
      <p>
        {formatAmount(looked, "line")} looked at. Loosen what narrows the book, or let it look
        further back.
      </p>
    </Empty>
  );
}

function columnsFor(open: (line: string) => void): Column<Row>[] {
  return [
    {
      id: "sequence",
      head: "Line",
      isFigure: true,
      cell: ({ sequence }) => (
        <Button look="plain" onPress={() => open(`${sequence}`)}>
          {`${sequence}`}
        </Button>
      ),
    },
    {
      id: "time",
      head: "When",
      cell: ({ time }) =>
        time && (
          <time dateTime={time} title={time}>
            {formatShortInstant(time, new Date())}
          </time>
        ),
    },
    { id: "what", head: "What", cell: ({ what }) => what },
    { id: "thing", head: "Of", cell: ({ thing }) => thing },
    { id: "who", head: "By", cell: ({ who }) => who },
    { id: "code", head: "Code", cell: ({ code }) => <code>{code}</code> },
    { id: "end", head: "End", cell: ({ end }) => <Status {...endWords[end]} /> },
  ];
}
