import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { client } from "../../api/client";
import { useRefresh } from "../../api/queries";
import type { DeadLetter, Sync } from "../../api/types";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Facts } from "../../ui/facts";
import { formatAmount, formatMoment } from "../../ui/format";
import { Failure, Notice } from "../../ui/notice";
import { type Column, Table } from "../../ui/table";

interface LetterSheetProps {
  sync: Sync;
  letter: DeadLetter | undefined;
  mayWrite: boolean;
  onClose: () => void;
}

/** One dead letter: why, how often, and what was sent. */
export function LetterSheet({ sync, letter, mayWrite, onClose }: LetterSheetProps) {
  return (
    <Dialog title={letter?.key ?? ""} look="sheet" isOpen={letter !== undefined} onClose={onClose}>
      {letter && (
        <div className="stack">
          <Notice tone="warn" title={letter.reason}>
            <p>
              {formatAmount(letter.attempts, "run")} tried it; the last{" "}
              {letter.delivery ? "had no answer" : "was refused"} {formatMoment(letter.last_at)}.
            </p>
          </Notice>
          <Facts
            facts={[
              {
                label: letter.delivery ? "Sent first" : "Refused first",
                value: formatMoment(letter.first_at),
              },
              ...(letter.delivery
                ? [{ label: "Its delivery_id", value: <code>{letter.delivery.id}</code> }]
                : []),
              {
                label: "Here",
                value: (
                  <Link
                    to="/datasets/$id"
                    params={{ id: sync.dataset.id }}
                    search={{ record: letter.key }}
                  >
                    The record
                  </Link>
                ),
              },
              {
                label: "Tried by",
                value: (
                  <Link to="/runs/$id" params={{ id: letter.run_id }}>
                    The last run
                  </Link>
                ),
              },
            ]}
          />
          <Table
            label="What was sent"
            columns={columns}
            rows={letter.payload}
            rowId={({ remote_field_id }) => remote_field_id}
          />
          {mayWrite && letter.delivery && (
            <Resend sync={sync} letter={letter} delivery={letter.delivery} onDone={onClose} />
          )}
          {mayWrite && <Discard sync={sync} letter={letter} onDone={onClose} />}
        </div>
      )}
    </Dialog>
  );
}

const columns: Column<DeadLetter["payload"][number]>[] = [
  { id: "remote", head: "Field there", cell: ({ remote_field_name }) => remote_field_name },
  {
    id: "value",
    head: "What was sent",
    cell: ({ value }) =>
      value === undefined ? <span className="quiet">Empty</span> : <span>{value}</span>,
  },
  { id: "field", head: "Field here", cell: ({ field }) => field },
];

interface DiscardProps {
  sync: Sync;
  letter: DeadLetter;
  onDone: () => void;
}

interface ResendProps extends DiscardProps {
  delivery: NonNullable<DeadLetter["delivery"]>;
}

/** Has the next run send a delivery again; whoever has it already can tell by its id. */
function Resend({ sync, letter: { key }, delivery, onDone }: ResendProps) {
  const refresh = useRefresh();
  const resend = useMutation({
    mutationFn: () =>
      client.POST("/syncs/{id}/dead-letters/{key}/resend", {
        params: { path: { id: sync.id, key } },
      }),
    onSuccess: async () => {
      announce(`The next run sends ${key} again.`);
      onDone();
      await refresh("/syncs/{id}/dead-letters");
    },
  });
  if (delivery.resend) return <p>The next run sends it again, under the same id.</p>;
  return (
    <>
      <Failure error={resend.error} />
      <div className="between">
        <p className="quiet-value">
          Look there whether it arrived. If not, the next run can send it again, under the same id.
        </p>
        <Button icon="run" isDisabled={resend.isPending} onPress={() => resend.mutate()}>
          Send again
        </Button>
      </div>
    </>
  );
}

/** Forgets the letter without a question: the next run writes it anew where it still holds. */
function Discard({ sync, letter: { key, delivery }, onDone }: DiscardProps) {
  const refresh = useRefresh();
  const discard = useMutation({
    mutationFn: () =>
      client.DELETE("/syncs/{id}/dead-letters/{key}", {
        params: { path: { id: sync.id, key } },
      }),
    onSuccess: async () => {
      announce(
        delivery ? `${key} is taken for delivered.` : `The dead letter of ${key} is discarded.`,
      );
      onDone();
      await refresh("/syncs/{id}/dead-letters");
    },
  });
  return (
    <>
      <Failure error={discard.error} />
      <div className="between">
        <p className="quiet-value">
          {delivery
            ? "Then it is sent again only once it has changed."
            : "The record stays as it is; the next run tries it again."}
        </p>
        <Button look="removal" isDisabled={discard.isPending} onPress={() => discard.mutate()}>
          {delivery ? "It arrived" : "Discard"}
        </Button>
      </div>
    </>
  );
}
