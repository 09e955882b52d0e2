import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { client } from "../../api/client";
import { fieldMessages } from "../../api/problem";
import { useRefresh } from "../../api/queries";
import type { Site, VisitorTraces } from "../../api/types";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { TextField } from "../../ui/fields";
import { formatAmount } from "../../ui/format";
import { Failure } from "../../ui/notice";
import { rangeWords } from "../overview/range";

/** Finds a visitor who wants to be forgotten, and takes them out of everything. */
export function ForgetVisitor({ site }: { site: Site }) {
  const [visitor, setVisitor] = useState("");
  const [isAsking, setIsAsking] = useState(false);
  const refresh = useRefresh();
  const params = { path: { id: site.id } };
  const find = useMutation({
    mutationFn: async (visitor: string) => {
      const { data } = await client.POST("/sites/{id}/visitors/find", {
        params,
        body: { visitor },
      });
      return { visitor, traces: data as VisitorTraces };
    },
  });
  const erase = useMutation({
    mutationFn: (visitor: string) =>
      client.POST("/sites/{id}/visitors/erase", { params, body: { visitor } }),
    onSuccess: async () => {
      setIsAsking(false);
      setVisitor("");
      find.reset();
      announce("The visitor is forgotten.");
      await refresh("/sites/{id}");
    },
  });
  const look = (event: FormEvent) => {
    event.preventDefault();
    find.mutate(visitor.trim());
  };
  const close = () => {
    erase.reset();
    setIsAsking(false);
  };
  const found = find.data?.visitor === visitor.trim() ? find.data.traces : undefined;
  const faults = fieldMessages(find.error);
  return (
    <form className="form" onSubmit={look}>
      <TextField
        label="Visitor’s id"
        help="The lasting id that their events have in “visitor”, and that the script keeps in their browser under “weighbridge”. Who has been recognised for one day only cannot be found: nobody knows any more who it was."
        isRequired
        autoComplete="off"
        value={visitor}
        onChange={setVisitor}
        error={faults.visitor}
      />
      {!faults.visitor && <Failure error={find.error} />}
      {found && <Found traces={found} />}
      <div className="actions">
        <Button type="submit" isDisabled={find.isPending || visitor === ""}>
          Look
        </Button>
        {found?.known && (
          <Button look="removal" icon="trash" onPress={() => setIsAsking(true)}>
            Forget this visitor
          </Button>
        )}
      </div>
      <Confirm
        title="Forget this visitor?"
        verb="Forget the visitor"
        isOpen={isAsking}
        isBusy={erase.isPending}
        error={erase.error}
        onConfirm={() => erase.mutate(visitor.trim())}
        onClose={close}
      >
        <p>
          Their events go, and the days are counted anew without them: figures that were told before
          change. Where only sums are left, visits and revenue stay, and there is one visitor less.
        </p>
      </Confirm>
    </form>
  );
}

function Found({ traces }: { traces: VisitorTraces }) {
  const { known, events, days, days_of_sums, first_day, last_day } = traces;
  if (!known) return <p role="status">The site knows nobody by this id.</p>;
  return (
    <p role="status">
      {formatAmount(events, "event")} on {formatAmount(days, "day")}
      {first_day && last_day && <>, {rangeWords({ from: first_day, to: last_day })}</>}
      {days_of_sums > 0 && <>, {days_of_sums} of them with sums alone</>}.
    </p>
  );
}
