import { useState } from "react";
import { $api, client } from "../../api/client";
import { useGuarded } from "../../api/guarded";
import { useRefresh } from "../../api/queries";
import type { Dataset, Share, ShareLevel } from "../../api/types";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { Select } from "../../ui/fields";
import { formatAmount } from "../../ui/format";
import { Failure } from "../../ui/notice";
import { type Column, Table, WaitingTable } from "../../ui/table";
import { Ago } from "../../ui/time";
import { levels } from "./levels";
import { Withdrawal } from "./withdrawal";

const pageSize = 50;

/** Whom a dataset is shared with, and how far. */
export function Shares({ dataset }: { dataset: Dataset }) {
  const [doomed, setDoomed] = useState<Share>();
  const shares = useShares(dataset.id);
  const items = shares.data?.pages.flatMap(({ items }) => items);
  const columns = columnsFor(dataset, setDoomed);
  return (
    <>
      {shares.isError && <Failure error={shares.error} onRetry={() => shares.refetch()} />}
      {shares.isPending && <WaitingTable columns={columns} rows={2} />}
      {items?.length === 0 && <p className="quiet-value">Nobody else has it.</p>}
      {items && items.length > 0 && (
        <Table
          label="Shared with"
          columns={columns}
          rows={items}
          rowId={({ user_id }) => user_id}
          isCards
        />
      )}
      {shares.hasNextPage && (
        <div className="actions">
          <Button isDisabled={shares.isFetchingNextPage} onPress={() => shares.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
      <Withdrawal dataset={dataset} share={doomed} onClose={() => setDoomed(undefined)} />
    </>
  );
}

function useShares(id: string) {
  return $api.useInfiniteQuery(
    "get",
    "/datasets/{id}/shares",
    { params: { path: { id }, query: { limit: pageSize } } },
    { pageParamName: "after", initialPageParam: null, getNextPageParam: ({ next }) => next },
  );
}

function columnsFor(dataset: Dataset, withdraw: (share: Share) => void): Column<Share>[] {
  return [
    { id: "email", head: "Who", cell: ({ email }) => email },
    {
      id: "level",
      head: "How far",
      cell: (share) => <LevelChoice key={share.version} dataset={dataset} share={share} />,
    },
    {
      id: "syncs",
      head: "Their syncs",
      isFigure: true,
      cell: ({ syncs }) => (syncs > 0 ? formatAmount(syncs, "sync") : "None"),
    },
    { id: "since", head: "Since", cell: ({ created_at }) => <Ago time={created_at} /> },
    {
      id: "withdraw",
      head: <span className="visually-hidden">Withdraw</span>,
      isFigure: true,
      cell: (share) => (
        <Button
          look="plain"
          aria-label={`Withdraw it from ${share.email}`}
          onPress={() => withdraw(share)}
        >
          Withdraw
        </Button>
      ),
    },
  ];
}

function LevelChoice({ dataset, share }: { dataset: Dataset; share: Share }) {
  const refresh = useRefresh();
  const [wish, setWish] = useState(share.level);
  const reread = () => refresh("/datasets/{id}/shares");
  const change = useGuarded({
    read: async () => share,
    write: (level: ShareLevel, tag) =>
      client.PATCH("/datasets/{id}/shares/{user}", {
        params: {
          path: { id: dataset.id, user: share.user_id },
          header: { "If-Match": tag },
        },
        body: { level },
      }),
    onSaved: () => {
      announce(`The share of ${share.email} is changed.`);
      return reread();
    },
    showAtOnce: (level) => {
      setWish(level);
      return () => {
        setWish(share.level);
        void reread();
      };
    },
  });
  return (
    <>
      <Select
        label={`How far ${share.email} may go`}
        hideLabel
        options={levels}
        value={wish}
        isDisabled={change.isPending}
        onChange={(level) => change.mutate({ wish: level, version: share.version })}
      />
      <Failure error={change.error} />
    </>
  );
}
