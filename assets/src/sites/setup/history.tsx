import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useRefresh } from "../../api/queries";
import type { EventsImported, RefusedLine, Site } from "../../api/types";
import { importEvents } from "../../api/upload";
import { ChooseFile, type ChosenFile } from "../../datasets/choose";
import { ImportProgress } from "../../datasets/imports/progress";
import { formatAmount, formatCount } from "../../ui/format";
import { Failure, Notice } from "../../ui/notice";
import { Panel } from "../../ui/page";
import { type Column, Table } from "../../ui/table";
import { useMayEdit } from "../access";

/** Brings what was counted elsewhere before. */
export function History({ site }: { site: Site }) {
  const mayBring = useMayEdit();
  const [chosen, setChosen] = useState<ChosenFile>();
  const { carry, sent, stop } = useHistory(site.id);
  const start = (next: ChosenFile) => {
    setChosen(next);
    carry.mutate(next);
  };
  if (!mayBring) return null;
  if (chosen && carry.isPending) {
    return <ImportProgress file={chosen.file} sent={sent} onStop={stop} />;
  }
  return (
    <Panel title="Bring what was counted before">
      <p className="quiet-value">
        A CSV file has the columns <code>name</code>, <code>id</code>, <code>at</code> and{" "}
        <code>visitor</code>, and any of <code>url</code>, <code>referrer</code>, <code>value</code>{" "}
        and <code>currency</code>. What is here already by its id is not counted again: a file that
        broke off is sent again as it is.
      </p>
      <Failure error={carry.error} />
      {carry.data && <Outcome done={carry.data} />}
      <ChooseFile onChosen={start} note="Any size. Its events are counted as it comes in." />
    </Panel>
  );
}

function useHistory(siteId: string) {
  const [sent, setSent] = useState(0);
  const stopper = useRef<AbortController>(undefined);
  const refresh = useRefresh();
  const carry = useMutation({
    mutationFn: (chosen: ChosenFile) => {
      stopper.current = new AbortController();
      setSent(0);
      return importEvents({ siteId, ...chosen, onSent: setSent, signal: stopper.current.signal });
    },
    onSettled: () => refresh("/sites"),
  });
  return { carry, sent, stop: () => stopper.current?.abort() };
}

const columns: Column<RefusedLine & { row: number }>[] = [
  { id: "line", head: "Place", cell: ({ line }) => `Line ${formatCount(line)}` },
  { id: "message", head: "What is wrong", cell: ({ message }) => message },
];

function Outcome({ done }: { done: EventsImported }) {
  const { accepted, doubled, refused, faults, broke_off } = done;
  const rows = faults.map((fault, row) => ({ ...fault, row }));
  const isWhole = broke_off === undefined;
  return (
    <div className="stack" role="status">
      <Notice
        tone={isWhole ? "good" : "bad"}
        title={isWhole ? "The file is read" : "The rest of the file was not read"}
      >
        <p>
          {formatAmount(accepted, "event")} counted
          {doubled > 0 && `, ${formatCount(doubled)} here already`}
          {refused > 0 && `, ${formatCount(refused)} refused`}.
          {!isWhole && ` ${broke_off}. Mend it and send all of it again.`}
        </p>
      </Notice>
      {rows.length > 0 && (
        <Table
          label="Refused lines"
          columns={columns}
          rows={rows}
          rowId={({ row }) => `${row}`}
          isCards
        />
      )}
    </div>
  );
}
