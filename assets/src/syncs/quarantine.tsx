import { type FormEvent, useState } from "react";
import { $api } from "../api/client";
import { fieldMessages } from "../api/problem";
import type { QuarantinedRecord, Sync } from "../api/types";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { TextField } from "../ui/fields";
import { formatAmount, formatCount, formatMoment } from "../ui/format";
import { Failure } from "../ui/notice";
import { type Column, Table } from "../ui/table";
import { Ago } from "../ui/time";
import { Changeable, SaveOrLeave, SavingFailure, useSaving } from "./saving";

const pageSize = 20;

/** How long what is gone on one side waits, and what waits just now; nothing where nothing is removed. */
export function QuarantinePanel({ sync, mayWrite }: { sync: Sync; mayWrite: boolean }) {
  if (!removes(sync)) return null;
  return (
    <>
      <Changeable
        title="Quarantine"
        change={mayWrite && "Change how long it waits"}
        form={(onDone) => <QuarantineForm sync={sync} onDone={onDone} />}
      >
        {describeQuarantine(sync)}
      </Changeable>
      {sync.quarantine_hours > 0 && <Waiting sync={sync} />}
    </>
  );
}

/** Whether runs of the sync remove on one side what is gone on the other. */
function removes({ direction, deletes, gone }: Sync): boolean {
  if (direction === "two_way") return false;
  return direction === "push" ? deletes.policy !== "ignore" : gone === "delete";
}

function describeQuarantine({ direction, quarantine_hours: hours }: Sync): string {
  const [gone, removed] = direction === "push" ? ["here", "there"] : ["there", "here"];
  return hours === 0
    ? `What is gone ${gone} is removed ${removed} by the next run.`
    : `What is gone ${gone} is removed ${removed} once it has been missing for ${formatAmount(hours, "hour")}. If it comes back before, it stays.`;
}

function QuarantineForm({ sync, onDone }: { sync: Sync; onDone: () => void }) {
  const [hours, setHours] = useState(String(sync.quarantine_hours));
  const saving = useSaving<Pick<Sync, "quarantine_hours">>(sync, () => {
    announce("It is saved how long what is gone waits.");
    onDone();
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const quarantine_hours = Number.parseInt(hours, 10) || 0;
    saving.mutate({ wish: { quarantine_hours }, version: sync.version });
  };
  const faults = fieldMessages(saving.error);
  return (
    <form className="form" onSubmit={submit}>
      <TextField
        label="Hours"
        help="0 to 8760. With 0 nothing waits, and the next run removes what waits now."
        inputMode="numeric"
        value={hours}
        onChange={setHours}
        error={faults.quarantine_hours}
      />
      {Object.keys(faults).length === 0 && (
        <SavingFailure
          sync={sync}
          saving={saving}
          words={(one) => ({ Quarantine: describeQuarantine(one) })}
        />
      )}
      <SaveOrLeave isBusy={saving.isPending} onLeave={onDone} />
    </form>
  );
}

function Waiting({ sync }: { sync: Sync }) {
  const list = $api.useInfiniteQuery(
    "get",
    "/syncs/{id}/quarantine",
    { params: { path: { id: sync.id }, query: { limit: pageSize } } },
    { pageParamName: "after", initialPageParam: null, getNextPageParam: ({ next }) => next },
  );
  const items = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const total = list.data?.pages[0]?.total ?? 0;
  if (list.isError) return <Failure error={list.error} onRetry={() => list.refetch()} />;
  if (items.length === 0) return null;
  return (
    <div className="stack">
      <p className="quiet-value">
        {formatCount(total)} {total === 1 ? "waits" : "wait"} now.
      </p>
      <Table
        label="Records in quarantine"
        columns={columns}
        rows={items}
        rowId={({ key }) => key}
        isCards
      />
      {list.hasNextPage && (
        <div className="actions">
          <Button isDisabled={list.isFetchingNextPage} onPress={() => list.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </div>
  );
}

const columns: Column<QuarantinedRecord>[] = [
  { id: "key", head: "Record", cell: ({ key }) => key },
  {
    id: "since",
    head: "Missed since",
    isFigure: true,
    cell: ({ missed_since }) => <Ago time={missed_since} />,
  },
  {
    id: "due",
    head: "Removed after",
    isFigure: true,
    cell: ({ due_at }) => formatMoment(due_at),
  },
];
