import { type FormEvent, useState } from "react";
import { $api } from "../api/client";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/fields";
import { formatCount, formatMoment } from "../ui/format";
import { Failure } from "../ui/notice";
import { Page } from "../ui/page";
import { SkeletonRows } from "../ui/skeleton";
import { Status, type StatusWord } from "../ui/status";
import { type Column, Table } from "../ui/table";
import { type Entry, readLine } from "./line";

const pageSize = 50;

const endWords: Record<Entry["end"], StatusWord> = {
  done: { tone: "good", icon: "check", label: "Done" },
  refused: { tone: "bad", icon: "close", label: "Refused" },
  open: { tone: "neutral", icon: "help", label: "Open" },
};

type Row = Entry & { line: unknown };

/** The audit log, newest first; each line whole, as it was written. */
export function Book() {
  const [code, setCode] = useState("");
  const [shown, setShown] = useState<Row>();
  const events = useEvents(code);
  const rows = events.data?.pages.flatMap(({ items }) => items).map(toRow) ?? [];
  return (
    <Page
      title="Book"
      lead="Every act, in the order in which it happened. Each line seals the one before it."
    >
      <CodeFilter onChange={setCode} />
      {events.isError && <Failure error={events.error} onRetry={() => events.refetch()} />}
      {events.isPending && <SkeletonRows rows={10} />}
      {events.isSuccess && rows.length === 0 && <p>No event has this code.</p>}
      {rows.length > 0 && (
        <Table
          label="Events"
          columns={columnsFor(setShown)}
          rows={rows}
          rowId={({ sequence }) => `${sequence}`}
          isCards
        />
      )}
      {events.hasNextPage && (
        <div className="actions">
          <Button isDisabled={events.isFetchingNextPage} onPress={() => events.fetchNextPage()}>
            Show older events
          </Button>
        </div>
      )}
      <Dialog
        title={`Event ${shown ? formatCount(shown.sequence) : ""}`}
        look="sheet"
        isOpen={shown !== undefined}
        onClose={() => setShown(undefined)}
      >
        <pre className="code-block">{JSON.stringify(shown?.line, undefined, 2)}</pre>
      </Dialog>
    </Page>
  );
}

function useEvents(code: string) {
  return $api.useInfiniteQuery(
    "get",
    "/audit/events",
    { params: { query: { limit: pageSize, code: code || undefined } } },
    {
      pageParamName: "before",
      initialPageParam: null,
      getNextPageParam: ({ next }) => next,
    },
  );
}

function toRow(line: unknown): Row {
  return { ...readLine(line), line };
}

function CodeFilter({ onChange }: { onChange: (code: string) => void }) {
  const [code, setCode] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange(code.trim());
  };
  return (
    <form className="toolbar" onSubmit={submit}>
      <TextField label="Event code" isCode autoComplete="off" value={code} onChange={setCode} />
      <Button type="submit">Apply</Button>
    </form>
  );
}

function columnsFor(show: (row: Row) => void): Column<Row>[] {
  return [
    {
      id: "sequence",
      head: "No.",
      cell: (row) => (
        <Button look="plain" onPress={() => show(row)}>
          {formatCount(row.sequence)}
        </Button>
      ),
    },
    {
      id: "time",
      head: "When",
      cell: ({ time }) => time && <time dateTime={time}>{formatMoment(time)}</time>,
    },
    { id: "code", head: "Code", cell: ({ code }) => <code>{code}</code> },
    { id: "what", head: "What", cell: ({ what }) => what },
    { id: "thing", head: "Of", cell: ({ thing }) => thing },
    { id: "who", head: "By", cell: ({ who }) => who },
    { id: "end", head: "End", cell: ({ end }) => <Status {...endWords[end]} /> },
  ];
}
