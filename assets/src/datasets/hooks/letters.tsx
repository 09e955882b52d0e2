import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { $api, client } from "../../api/client";
import { useRefresh } from "../../api/queries";
import type { Hook, HookDeadLetter } from "../../api/types";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { Confirm, Dialog } from "../../ui/dialog";
import { formatCount } from "../../ui/format";
import { Failure } from "../../ui/notice";
import { type Column, Table, WaitingTable } from "../../ui/table";
import { Ago } from "../../ui/time";
import { nameOf } from "./name";

interface LettersProps {
  /** The hook whose dead letters are shown; none while nobody asks. */
  hook: Hook | undefined;
  onClose: () => void;
}

/** What a hook refused each time, until somebody decides. */
export function HookLetters({ hook, onClose }: LettersProps) {
  return (
    <Dialog
      title={`Dead letters of ${hook && nameOf(hook)}`}
      look="sheet"
      isOpen={hook !== undefined}
      onClose={onClose}
    >
      {hook && <Letters hook={hook} />}
    </Dialog>
  );
}

const pageSize = 20;

function Letters({ hook }: { hook: Hook }) {
  const path = { id: hook.id };
  const letters = $api.useInfiniteQuery(
    "get",
    "/hooks/{id}/dead-letters",
    { params: { path, query: { limit: pageSize } } },
    { pageParamName: "after", initialPageParam: null, getNextPageParam: ({ next }) => next },
  );
  const [isAsking, setIsAsking] = useState(false);
  const refresh = useRefresh();
  const afterwards = (told: string) => async () => {
    setIsAsking(false);
    announce(told);
    await Promise.all([refresh("/hooks/{id}/dead-letters"), refresh("/hooks")]);
  };
  const resend = useMutation({
    mutationFn: (key: string) =>
      client.POST("/hooks/{id}/dead-letters/{key}/resend", { params: { path: { ...path, key } } }),
    onSuccess: afterwards("It is sent again."),
  });
  const discard = useMutation({
    mutationFn: (key: string) =>
      client.DELETE("/hooks/{id}/dead-letters/{key}", { params: { path: { ...path, key } } }),
    onSuccess: afterwards("The dead letter is discarded."),
  });
  const discardAll = useMutation({
    mutationFn: () => client.DELETE("/hooks/{id}/dead-letters", { params: { path } }),
    onSuccess: afterwards("All dead letters are discarded."),
  });
  const isBusy = resend.isPending || discard.isPending || discardAll.isPending;
  const items = letters.data?.pages.flatMap(({ items }) => items);
  const columns = columnsFor({ isBusy, resend: resend.mutate, discard: discard.mutate });
  return (
    <div className="stack">
      <p className="quiet-value">
        Records that it refused each time. Sent again, one goes out as the record is now; discarded,
        it is told no more.
      </p>
      <Failure error={resend.error ?? discard.error} />
      {letters.isError && <Failure error={letters.error} onRetry={() => letters.refetch()} />}
      {letters.isPending && <WaitingTable columns={columns} rows={1} />}
      {items?.length === 0 && <p className="quiet-value">There are none.</p>}
      {items && items.length > 0 && (
        <Table
          label="Dead letters"
          columns={columns}
          rows={items}
          rowId={({ key }) => key}
          isCards
        />
      )}
      <div className="actions">
        {letters.hasNextPage && (
          <Button isDisabled={letters.isFetchingNextPage} onPress={() => letters.fetchNextPage()}>
            Show more
          </Button>
        )}
        {items && items.length > 1 && (
          <Button look="removal" icon="trash" isDisabled={isBusy} onPress={() => setIsAsking(true)}>
            Discard all
          </Button>
        )}
      </div>
      <Confirm
        title={`Discard all dead letters of ${nameOf(hook)}?`}
        verb="Discard all"
        isOpen={isAsking}
        isBusy={discardAll.isPending}
        error={discardAll.error}
        onConfirm={() => discardAll.mutate()}
        onClose={() => setIsAsking(false)}
      >
        <p>What they tell of is told no more. The records themselves stay as they are.</p>
      </Confirm>
    </div>
  );
}

interface Acts {
  isBusy: boolean;
  resend: (key: string) => void;
  discard: (key: string) => void;
}

function columnsFor({ isBusy, resend, discard }: Acts): Column<HookDeadLetter>[] {
  return [
    { id: "key", head: "Record", cell: ({ key }) => key },
    { id: "reason", head: "Reason", cell: ({ reason }) => reason },
    {
      id: "attempts",
      head: "Tries",
      isFigure: true,
      cell: ({ attempts }) => formatCount(attempts),
    },
    {
      id: "last",
      head: "Last tried",
      isFigure: true,
      cell: ({ last_at }) => <Ago time={last_at} />,
    },
    {
      id: "acts",
      head: <span className="visually-hidden">What can be done</span>,
      isFigure: true,
      cell: ({ key }) => (
        <>
          <Button
            look="plain"
            aria-label={`Send again ${key}`}
            isDisabled={isBusy}
            onPress={() => resend(key)}
          >
            Send again
          </Button>{" "}
          <Button
            look="plain"
            aria-label={`Discard ${key}`}
            isDisabled={isBusy}
            onPress={() => discard(key)}
          >
            Discard
          </Button>
        </>
      ),
    },
  ];
}
