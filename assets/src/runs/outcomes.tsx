import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { $api } from "../api/client";
import type { Outcome, Run } from "../api/types";
import { changeSearch } from "../ui/address";
import { Button } from "../ui/button";
import { Select } from "../ui/fields";
import { Failure } from "../ui/notice";
import { Panel } from "../ui/page";
import { Status } from "../ui/status";
import { type Column, Table, WaitingTable } from "../ui/table";
import { Ago } from "../ui/time";
import { type Shown, shownOutcomes } from "./search";
import { hasEnded, outcomeStatus } from "./state";

const pageSize = 50;

const route = getRouteApi("/signed-in/runs/$id");

const options = shownOutcomes.map((state) => ({
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
  const { outcome: shown = "all" } = route.useSearch();
  const navigate = route.useNavigate();
  const show = (next: Shown) =>
    navigate({
      search: (now) => changeSearch(now, { outcome: next === "all" ? undefined : next }),
      resetScroll: false,
    });
  const ended = hasEnded(run);
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
      refetchInterval: ended ? false : 5_000,
    },
  );
  // What was settled since the list was asked for last is asked for once the run has ended.
  const { refetch } = outcomes;
  const wasEnded = useRef(ended);
  useEffect(() => {
    if (ended && !wasEnded.current) refetch();
    wasEnded.current = ended;
  }, [ended, refetch]);
  const items = outcomes.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Panel
      title="Record by record"
      aside={<Select label="Outcome" hideLabel options={options} value={shown} onChange={show} />}
    >
      {outcomes.isError && <Failure error={outcomes.error} onRetry={() => outcomes.refetch()} />}
      {outcomes.isPending && <WaitingTable columns={columns} rows={6} />}
      {outcomes.isSuccess && items.length === 0 && (
        <p className="quiet-value">
          {shown === "all" ? "No record yet." : `No record is ${shown}.`}
        </p>
      )}
      {items.length > 0 && (
        <Table
          label="Outcomes"
          columns={columns}
          rows={items}
          // What undoes a run of both ways tells of a record once for either side.
          rowId={({ key }, at) => `${at} ${key}`}
          isCards
        />
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
