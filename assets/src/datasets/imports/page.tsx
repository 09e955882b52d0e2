import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { $api } from "../../api/client";
import type { Dataset, Import } from "../../api/types";
import { changeSearch } from "../../ui/address";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Empty } from "../../ui/empty";
import { formatCount } from "../../ui/format";
import { Loaded } from "../../ui/loaded";
import { Failure } from "../../ui/notice";
import { Panel } from "../../ui/page";
import { Status, type StatusWord } from "../../ui/status";
import { type Column, Table, WaitingTable } from "../../ui/table";
import { Ago } from "../../ui/time";
import { useMayEdit } from "../access";
import { ChooseFile, type ChosenFile } from "../choose";
import { DatasetFrame } from "../frame";
import { ImportProgress } from "./progress";
import { ImportReport } from "./report";
import { useImport } from "./run";
import { StopImport } from "./stop";

const route = getRouteApi("/signed-in/datasets/$id/imports");

export function Imports() {
  const { id } = route.useParams();
  return (
    <DatasetFrame id={id} tab="Imports">
      {(dataset) => (
        <>
          <ImportMore dataset={dataset} />
          <Panel title="Past imports">
            <PastImports id={id} />
          </Panel>
        </>
      )}
    </DatasetFrame>
  );
}

function ImportMore({ dataset }: { dataset: Dataset }) {
  const { id } = dataset;
  const mayEdit = useMayEdit(dataset);
  const [chosen, setChosen] = useState<ChosenFile>();
  const { carry, sent, stop } = useImport();
  const start = (next: ChosenFile) => {
    setChosen(next);
    carry.mutate({ datasetId: id, chosen: next });
  };
  if (!mayEdit) return null;
  if (chosen && carry.isPending) {
    return <ImportProgress file={chosen.file} sent={sent} onStop={stop} />;
  }
  return (
    <Panel title="Import more">
      <p className="quiet-value">
        Records whose key is here already are changed; new keys are added; nothing is deleted.
      </p>
      <Failure error={carry.error} />
      {carry.data && <ImportReport datasetId={id} done={carry.data} />}
      <ChooseFile onChosen={start} note="Any size. It is imported as soon as you choose it." />
    </Panel>
  );
}

function PastImports({ id }: { id: string }) {
  const { report } = route.useSearch();
  const navigate = route.useNavigate();
  const show = (report: string | undefined) =>
    navigate({ search: (now) => changeSearch(now, { report }), resetScroll: false });
  const imports = $api.useQuery(
    "get",
    "/datasets/{id}/imports",
    { params: { path: { id } } },
    { refetchInterval: ({ state }) => (state.data?.items.some(isRunning) ? 2_000 : false) },
  );
  const columns = columnsFor(show);
  return (
    <Loaded query={imports} waiting={<WaitingTable columns={columns} rows={3} />}>
      {({ items }) =>
        items.length > 0 ? (
          <>
            <Table
              label="Past imports"
              columns={columns}
              rows={items}
              rowId={({ id }) => id}
              isCards
              isPressable
            />
            <ReportSheet
              datasetId={id}
              shown={items.find(({ id }) => id === report)}
              onClose={() => show(undefined)}
            />
          </>
        ) : (
          <Empty icon="file" title="Nothing was imported yet">
            <p>Each import is listed here with what became of its records.</p>
          </Empty>
        )
      }
    </Loaded>
  );
}

interface ReportSheetProps {
  datasetId: string;
  shown: Import | undefined;
  onClose: () => void;
}

function ReportSheet({ datasetId, shown, onClose }: ReportSheetProps) {
  return (
    <Dialog
      title={shown?.file_name ?? "Import"}
      look="sheet"
      isOpen={shown !== undefined}
      onClose={onClose}
    >
      {shown && isRunning(shown) && <StopImport datasetId={datasetId} running={shown} />}
      {shown && <ImportReport datasetId={datasetId} done={shown} />}
    </Dialog>
  );
}

function columnsFor(show: (report: string) => void): Column<Import>[] {
  const count = (id: "read" | "created" | "changed" | "refused", head: string): Column<Import> => ({
    id,
    head,
    isFigure: true,
    cell: (row) => formatCount(row[id]),
  });
  return [
    {
      id: "file",
      head: "File",
      cell: (row) => (
        <Button look="plain" onPress={() => show(row.id)}>
          {row.file_name ?? "Without a name"}
        </Button>
      ),
    },
    { id: "state", head: "State", cell: (row) => <Status {...importStatus(row)} /> },
    count("read", "Read"),
    count("created", "Created"),
    count("changed", "Changed"),
    count("refused", "Refused"),
    { id: "when", head: "Started", isFigure: true, cell: (row) => <Ago time={row.started_at} /> },
  ];
}

function isRunning({ state }: Import): boolean {
  return state === "running";
}

function importStatus({ state, refused }: Import): StatusWord {
  if (state === "running") return { tone: "busy", icon: "run", label: "Running" };
  if (state === "cancelled") return { tone: "neutral", icon: "minus", label: "Cancelled" };
  if (state === "failed") return { tone: "bad", icon: "close", label: "Failed" };
  return refused > 0
    ? { tone: "warn", icon: "warning", label: "Done, with refusals" }
    : { tone: "good", icon: "check", label: "Done" };
}
