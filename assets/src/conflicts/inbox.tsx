import { useMutation } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { $api, client } from "../api/client";
import { rowsOf, useSyncs } from "../api/lists";
import { useRefresh } from "../api/queries";
import { useMay } from "../api/session";
import type { Conflict, Sync } from "../api/types";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Confirm } from "../ui/dialog";
import { Empty } from "../ui/empty";
import { Select } from "../ui/fields";
import { formatAmount } from "../ui/format";
import { Failure } from "../ui/notice";
import { Page } from "../ui/page";
import { Status } from "../ui/status";
import { type Column, Table, WaitingTable } from "../ui/table";
import { Ago } from "../ui/time";
import type { ConflictSearch } from "./search";
import { ConflictSheet } from "./sheet";
import { disputedFields, kindWord } from "./words";

const route = getRouteApi("/signed-in/conflicts");
const pageSize = 50;

/** The records that both sides of two-way syncs have changed, until somebody says who is right. */
export function ConflictInbox() {
  const search = route.useSearch();
  const mayWrite = useMay("sync:write");
  const [open, setOpen] = useState<Conflict>();
  const conflicts = useConflicts(search);
  const items = conflicts.data?.pages.flatMap(({ items }) => items);
  const syncs = rowsOf(useSyncs()).filter(({ direction }) => direction === "two_way");
  const chosen = syncs.find(({ id }) => id === search.sync);
  return (
    <Page
      title="Conflicts"
      lead="Records that both sides of a two-way sync have changed. The next run does what you decide."
      actions={mayWrite && chosen && items && items.length > 0 && <SolveAll sync={chosen} />}
    >
      <div className="toolbar">
        <Filters syncs={syncs} />
        <p className="quiet tally" role="status">
          {items && items.length > 0 && formatAmount(items.length, "record")}
        </p>
      </div>
      {conflicts.isError && <Failure error={conflicts.error} onRetry={() => conflicts.refetch()} />}
      {!items && !conflicts.isError && <WaitingTable columns={columnsFor(setOpen)} />}
      {items?.length === 0 && (
        <Empty icon="check" title="Nothing waits for you">
          <p>
            Where both sides of a two-way sync change the same field, the record is listed here.
          </p>
        </Empty>
      )}
      {items && items.length > 0 && (
        <Table
          label="Conflicts"
          columns={columnsFor(setOpen)}
          rows={items}
          rowId={({ sync_id, key }) => `${sync_id} ${key}`}
          isCards
          isPressable
        />
      )}
      {conflicts.hasNextPage && (
        <div className="actions">
          <Button
            isDisabled={conflicts.isFetchingNextPage}
            onPress={() => conflicts.fetchNextPage()}
          >
            Show more
          </Button>
        </div>
      )}
      <ConflictSheet
        key={open && `${open.sync_id} ${open.key} ${open.version}`}
        conflict={open}
        mayWrite={mayWrite}
        onClose={() => setOpen(undefined)}
      />
    </Page>
  );
}

function useConflicts({ sync, state }: ConflictSearch) {
  return $api.useInfiniteQuery(
    "get",
    "/conflicts",
    { params: { query: { limit: pageSize, sync_id: sync, state } } },
    {
      pageParamName: "after",
      initialPageParam: null,
      getNextPageParam: ({ next }) => next,
      refetchInterval: 30_000,
    },
  );
}

function Filters({ syncs }: { syncs: readonly Sync[] }) {
  const { sync = "", state = "" } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <Select
        label="Sync"
        hideLabel
        options={[
          { value: "", label: "Every sync" },
          ...syncs.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        value={sync}
        onChange={(sync) => navigate({ search: (now) => ({ ...now, sync: sync || undefined }) })}
      />
      <Select
        label="State"
        hideLabel
        options={states}
        value={state}
        onChange={(state) => navigate({ search: (now) => ({ ...now, state: state || undefined }) })}
      />
    </>
  );
}

const states = [
  { value: "", label: "Open and solved" },
  { value: "open", label: "Open" },
  { value: "solved", label: "Solved" },
] as const;

function columnsFor(open: (conflict: Conflict) => void): Column<Conflict>[] {
  return [
    {
      id: "key",
      head: "Record",
      cell: (conflict) => (
        <Button look="plain" onPress={() => open(conflict)}>
          {conflict.key}
        </Button>
      ),
    },
    { id: "kind", head: "What happened", cell: ({ kind }) => kindWord(kind) },
    {
      id: "fields",
      head: "Fields",
      cell: (conflict) =>
        disputedFields(conflict)
          .map(({ field }) => field)
          .join(", ") || "All of it",
    },
    {
      id: "sync",
      head: "Sync",
      cell: ({ sync_id, sync_name }) => (
        <Link to="/syncs/$id" params={{ id: sync_id }}>
          {sync_name}
        </Link>
      ),
    },
    { id: "state", head: "State", cell: (conflict) => <State conflict={conflict} /> },
    { id: "found", head: "Since", isFigure: true, cell: ({ found_at }) => <Ago time={found_at} /> },
  ];
}

function State({ conflict: { solution, reopened } }: { conflict: Conflict }) {
  if (solution) return <Status tone="good" icon="check" label="Solved; waits for a run" />;
  const label = reopened ? "Open again: a side has changed" : "Open";
  return <Status tone="warn" icon="warning" label={label} />;
}

/** One side for everything that nobody has decided. */
function SolveAll({ sync: { id, name } }: { sync: Sync }) {
  const [side, setSide] = useState<"local" | "remote">();
  const refresh = useRefresh();
  const solve = useMutation({
    mutationFn: async (side: "local" | "remote") => {
      const params = { path: { id } };
      const { data } = await client.POST("/syncs/{id}/conflicts/resolve", {
        params,
        body: { side },
      });
      return data?.conflicts ?? 0;
    },
    onSuccess: async (solved) => {
      setSide(undefined);
      announce(`${formatAmount(solved, "conflict")} solved. The next run does it.`);
      await refresh("/conflicts", "/syncs");
    },
  });
  const where = side === "local" ? "here" : "there";
  return (
    <>
      <Button onPress={() => setSide("local")}>Take all from here</Button>
      <Button onPress={() => setSide("remote")}>Take all from there</Button>
      <Confirm
        title={`Take what is ${where} for every open conflict of ${name}?`}
        verb={`Take all from ${where}`}
        isOpen={side !== undefined}
        isBusy={solve.isPending}
        error={solve.error}
        onConfirm={() => side && solve.mutate(side)}
        onClose={() => setSide(undefined)}
      >
        <p>
          The next run writes it on the other side. What the other side has changed in these fields
          is lost then.
        </p>
      </Confirm>
    </>
  );
}
