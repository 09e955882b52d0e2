import { useMutation } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { apiBase, client } from "../../api/client";
import { useOnce } from "../../api/once";
import { useRefresh } from "../../api/queries";
import { useMay } from "../../api/session";
import type { Dataset, ImportFormat } from "../../api/types";
import { mediaTypes } from "../../api/upload";
import { changeSearch } from "../../ui/address";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { Menu } from "../../ui/menu";
import { Failure } from "../../ui/notice";
import { useMayEdit } from "../access";
import { DatasetFrame } from "../frame";
import { exportItems } from "./export";
import { RecordList } from "./list";
import { SelectionBar } from "./selection-bar";
import { RecordSheet } from "./sheet";
import { Toolbar } from "./toolbar";

const route = getRouteApi("/signed-in/datasets/$id");

export function Records() {
  const { id } = route.useParams();
  const { record, add, selected } = route.useSearch();
  const maySelect = useMay("dataset:select");
  const navigate = route.useNavigate();
  const show = (change: { record?: string; add?: string }) =>
    navigate({ search: (now) => changeSearch(now, change), resetScroll: false });
  const close = () => show({ record: undefined, add: undefined });
  return (
    <DatasetFrame
      id={id}
      actions={(dataset) => (
        <>
          <ExportMenu id={id} />
          <AddButton dataset={dataset} onPress={() => show({ add: "yes" })} />
        </>
      )}
    >
      {(dataset: Dataset) => (
        <>
          {!selected && <Toolbar dataset={dataset} />}
          {maySelect && <SelectionBar dataset={dataset} />}
          <RecordList dataset={dataset} />
          {add && <RecordSheet dataset={dataset} onClose={close} />}
          {record && <RecordSheet dataset={dataset} recordKey={record} onClose={close} />}
        </>
      )}
    </DatasetFrame>
  );
}

function AddButton({ dataset, onPress }: { dataset: Dataset; onPress: () => void }) {
  if (!useMayEdit(dataset)) return null;
  return (
    <Button icon="plus" data-shortcut="new" onPress={onPress}>
      Add a record
    </Button>
  );
}

const formats = Object.keys(mediaTypes) as ImportFormat[];

/** Takes the records out: at once, or as a file that is made while the reader does something else. */
function ExportMenu({ id }: { id: string }) {
  const { prepare, error } = usePrepare(id);
  const now = exportItems(`${apiBase}/datasets/${id}/export`);
  const later = formats.map((format) => ({
    id: `later-${format}`,
    label: `In the background: ${format.toUpperCase()}`,
    onAction: () => prepare(format),
  }));
  return (
    <>
      <Menu label="Export" icon="download" items={[...now, ...later]} />
      <Failure error={error} />
    </>
  );
}

/** Has a file made, and leads to where it will be. */
function usePrepare(id: string) {
  const navigate = useNavigate();
  const refresh = useRefresh();
  const once = useOnce();
  const start = useMutation({
    mutationFn: (format: ImportFormat) =>
      client.POST("/datasets/{id}/exports", {
        params: { path: { id }, header: once([id, format, Math.floor(Date.now() / 10_000)]) },
        body: { format },
      }),
    onSuccess: async () => {
      announce("The file is being made.");
      await refresh("/jobs");
      await navigate({ to: "/jobs", search: { kind: "export" } });
    },
  });
  return { prepare: (format: ImportFormat) => start.mutate(format), error: start.error };
}
