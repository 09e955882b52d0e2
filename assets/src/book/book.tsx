import { getRouteApi } from "@tanstack/react-router";
import { Button } from "../ui/button";
import { Empty } from "../ui/empty";
import { formatAmount, formatShortInstant } from "../ui/format";
import { Failure } from "../ui/notice";
import { Page } from "../ui/page";
import { Status } from "../ui/status";
import { type Column, Table, WaitingTable } from "../ui/table";
import { CheckpointButton } from "./checkpoint";
import { endWords } from "./ends";
import { type BookSearch, isNarrowed } from "./search";
import { LineSheet } from "./sheet";
import { ChainPanel } from "./standing";
import { BookToolbar, useShow } from "./toolbar";
import { type Looked, type Row, useTrail } from "./trail";

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
      <ChainPanel />
      <BookToolbar />
      <Found rows={rows} looked={looked} />
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
          <Button onPress={trail.goOn}>{goOnWords(search)}</Button>
        </div>
      )}
      <LineSheet rows={rows} />
    </Page>
  );
}

interface FoundProps {
  rows: readonly Row[];
  looked: Looked;
}

/** How many lines there are, and how far a search has come. */
function Found({ rows, looked }: FoundProps) {
  const search = route.useSearch();
  const found = formatAmount(rows.length, "line");
  const until = looked.until && formatShortInstant(looked.until, new Date());
  return (
    <p className="quiet" role="status">
      {isNarrowed(search)
        ? `${found} of ${formatAmount(looked.lines, "line")} looked at${until ? `, to ${until}` : ""}`
        : found}
    </p>
  );
}

function NoLines({ looked }: { looked: Looked }) {
  return (
    <Empty icon="search" title="No line fits">
      <p>
        {formatAmount(looked.lines, "line")} looked at. Loosen what narrows the book, or let it look
        on.
      </p>
    </Empty>
  );
}

function goOnWords(search: BookSearch): string {
  if (search.order === "oldest") return "Show later events";
  return isNarrowed(search) ? "Look further back" : "Show older events";
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
