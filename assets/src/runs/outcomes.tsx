import { useState } from "react";
import { $api } from "../api/client";
import type { Outcome, Run } from "../api/types";
import { Button } from "../ui/button";
import { Select } from "../ui/fields";
import { Failure } from "../ui/notice";
import { Panel } from "../ui/page";
import { SkeletonRows } from "../ui/skeleton";
import { Status } from "../ui/status";
import { type Column, Table } from "../ui/table";
import { Ago } from "../ui/time";
import { hasEnded, outcomeStatus } from "./state";

const pageSize = 50;

const states = ["all", "created", "changed", "matched", "unchanged", "refused", "unknown"] as const;
type Shown = (typeof states)[number];

const options = states.map((state) => ({
  value: state,
  label: state === "all" ? "Every outcome" : state.charAt(0).toUpperCase() + state.slice(1),
}));

const columns: Column<Outcome>[] = [
  { id: "key", head: "Record", cell: ({ key }) => key },
  { id: "state", head: "Outcome", cell: ({ state }) => <Status {...outcomeStatus(state)} /> },
  { id: "reason", head: "Reason", cell: ({ reason }) => reason ?? "" },
  {
    id: "remote",
    head: "There",
    cell: ({ remote_id }) => remote_id && <code className="break">{remote_id}</code>,
  },
  { id: "at", head: "When", isFigure: true, cell: ({ at }) => <Ago time={at} /> },
];

/** What became of each record. */
export function Outcomes({ run }: { run: Run }) {
  const [shown, setShown] = useState<Shown>("all");
  const outcomes = $api.useInfiniteQuery(
    "get",
    "/runs/{id}/outcomes",
    {
      params: {
        path: { id: run.id },
        query: { limit: pageSize, state: shown === "all" ? undefined : shown },
      },
    },
    {
      pageParamName: "after",
      initialPageParam: null,
      getNextPageParam: ({ next }) => next,
      refetchInterval: hasEnded(run) ? false : 5_000,
    },
  );
  const items = outcomes.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Panel
      title="Record by record"
      aside={
        <Select label="Outcome" hideLabel options={options} value={shown} onChange={setShown} />
      }
    >
      {outcomes.isError && <Failure error={outcomes.error} onRetry={() => outcomes.refetch()} />}
      {outcomes.isPending && <SkeletonRows rows={6} />}
      {outcomes.isSuccess && items.length === 0 && (
        <p className="quiet-value">
          {shown === "all" ? "No record yet." : `No record is ${shown}.`}
        </p>
      )}
      {items.length > 0 && (
        <Table label="Outcomes" columns={columns} rows={items} rowId={({ key }) => key} isCards />
      )}
      {outcomes.hasNextPage && (
        <div className="actions">
          <Button isDisabled={outcomes.isFetchingNextPage} onPress={() => outcomes.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </Panel>
  );
}
