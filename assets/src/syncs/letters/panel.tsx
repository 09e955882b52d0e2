import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { $api, client } from "../../api/client";
import { useRefresh } from "../../api/queries";
import type { DeadLetter, Sync } from "../../api/types";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { formatCount } from "../../ui/format";
import { Failure } from "../../ui/notice";
import { Panel } from "../../ui/page";
import { type Column, Table } from "../../ui/table";
import { Ago } from "../../ui/time";
import { LetterSheet } from "./sheet";

const pageSize = 20;

/** The records that the vendor did not take; nothing where all were taken. */
export function DeadLetters({ sync, mayWrite }: { sync: Sync; mayWrite: boolean }) {
  const [open, setOpen] = useState<DeadLetter>();
  const letters = $api.useInfiniteQuery(
    "get",
    "/syncs/{id}/dead-letters",
    { params: { path: { id: sync.id }, query: { limit: pageSize } } },
    { pageParamName: "after", initialPageParam: null, getNextPageParam: ({ next }) => next },
  );
  const items = letters.data?.pages.flatMap(({ items }) => items) ?? [];
  if (items.length === 0 && !letters.isError) return null;
  return (
    <Panel title="Dead letters" aside={mayWrite && items.length > 0 && <DiscardAll sync={sync} />}>
      <p className="quiet-value">
        Records that were not taken there
        {sync.resend_unknown && ", and deliveries of which nobody knows whether they arrived"}. Each
        goes from here when a later run writes it.
      </p>
      {letters.isError && <Failure error={letters.error} onRetry={() => letters.refetch()} />}
      {items.length > 0 && (
        <Table
          label="Dead letters"
          columns={columnsFor(setOpen)}
          rows={items}
          rowId={({ key }) => key}
          isCards
          isPressable
        />
      )}
      {letters.hasNextPage && (
        <div className="actions">
          <Button isDisabled={letters.isFetchingNextPage} onPress={() => letters.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
      <LetterSheet
        sync={sync}
        letter={open}
        mayWrite={mayWrite}
        onClose={() => setOpen(undefined)}
      />
    </Panel>
  );
}

function columnsFor(open: (letter: DeadLetter) => void): Column<DeadLetter>[] {
  return [
    {
      id: "key",
      head: "Record",
      cell: (letter) => (
        <Button look="plain" onPress={() => open(letter)}>
          {letter.key}
        </Button>
      ),
    },
    { id: "reason", head: "Reason", cell: ({ reason }) => reason },
    {
      id: "attempts",
      head: "Runs that tried",
      isFigure: true,
      cell: ({ attempts }) => formatCount(attempts),
    },
    { id: "first", head: "Since", isFigure: true, cell: ({ first_at }) => <Ago time={first_at} /> },
    {
      id: "last",
      head: "Last tried",
      isFigure: true,
      cell: ({ run_id, last_at }) => (
        <Link to="/runs/$id" params={{ id: run_id }}>
          <Ago time={last_at} />
        </Link>
      ),
    },
  ];
}

function DiscardAll({ sync }: { sync: Sync }) {
  const { id, name } = sync;
  const [isAsking, setIsAsking] = useState(false);
  const refresh = useRefresh();
  const close = () => setIsAsking(false);
  const discard = useMutation({
    mutationFn: () => client.DELETE("/syncs/{id}/dead-letters", { params: { path: { id } } }),
    onSuccess: async () => {
      close();
      announce("All dead letters are discarded.");
      await refresh("/syncs/{id}/dead-letters");
    },
  });
  return (
    <>
      <Button look="removal" icon="trash" onPress={() => setIsAsking(true)}>
        Discard all
      </Button>
      <Confirm
        title={`Discard all dead letters of ${name}?`}
        verb="Discard all"
        isOpen={isAsking}
        isBusy={discard.isPending}
        error={discard.error}
        onConfirm={() => discard.mutate()}
        onClose={close}
      >
        <p>
          The reasons and what was sent are forgotten. The records stay as they are, and the next
          run tries them again
          {sync.resend_unknown && "; deliveries without an answer are taken for delivered"}.
        </p>
      </Confirm>
    </>
  );
}
