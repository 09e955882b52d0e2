import { useState } from "react";
import { useGuarded } from "../api/guarded";
import { useRefresh } from "../api/queries";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Select } from "../ui/fields";
import { formatAmount } from "../ui/format";
import { Failure } from "../ui/notice";
import { type Column, Table, WaitingTable } from "../ui/table";
import { Ago } from "../ui/time";
import { type Share, type Shareable, sharesOf } from "./shareable";
import { Withdrawal } from "./withdrawal";

/** Whom a thing is shared with, and how far. */
export function Shares<Level extends string>({ thing }: { thing: Shareable<Level> }) {
  const [doomed, setDoomed] = useState<Share<Level>>();
  const shares = thing.useShares();
  const items = shares.data?.pages.flatMap(({ items }) => items);
  const columns = columnsFor(thing, setDoomed);
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
      <Withdrawal thing={thing} share={doomed} onClose={() => setDoomed(undefined)} />
    </>
  );
}

function columnsFor<Level extends string>(
  thing: Shareable<Level>,
  withdraw: (share: Share<Level>) => void,
): Column<Share<Level>>[] {
  const syncs: Column<Share<Level>> = {
    id: "syncs",
    head: "Their syncs",
    isFigure: true,
    cell: ({ syncs = 0 }) => (syncs > 0 ? formatAmount(syncs, "sync") : "None"),
  };
  return [
    { id: "email", head: "Who", cell: ({ email }) => email },
    {
      id: "level",
      head: "How far",
      cell: (share) => <LevelChoice key={share.version} thing={thing} share={share} />,
    },
    ...(thing.hasSyncs ? [syncs] : []),
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

interface LevelChoiceProps<Level extends string> {
  thing: Shareable<Level>;
  share: Share<Level>;
}

function LevelChoice<Level extends string>({ thing, share }: LevelChoiceProps<Level>) {
  const refresh = useRefresh();
  const [wish, setWish] = useState(share.level);
  const reread = () => refresh(sharesOf(thing));
  const change = useGuarded({
    read: async () => share,
    write: (level: Level, tag) => thing.change(share.user_id, level, tag),
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
        options={thing.levels}
        value={wish}
        isDisabled={change.isPending}
        onChange={(level) => change.mutate({ wish: level, version: share.version })}
      />
      <Failure error={change.error} />
    </>
  );
}
