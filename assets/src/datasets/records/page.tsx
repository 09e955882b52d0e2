import { getRouteApi } from "@tanstack/react-router";
import { apiBase } from "../../api/client";
import type { Dataset, ImportFormat } from "../../api/types";
import { mediaTypes } from "../../api/upload";
import { changeSearch } from "../../ui/address";
import { Button } from "../../ui/button";
import { Menu } from "../../ui/menu";
import { useMayEdit } from "../access";
import { DatasetFrame } from "../frame";
import { RecordList } from "./list";
import { RecordSheet } from "./sheet";
import { Toolbar } from "./toolbar";

const route = getRouteApi("/signed-in/datasets/$id");

export function Records() {
  const { id } = route.useParams();
  const { record, add } = route.useSearch();
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
          <Toolbar dataset={dataset} />
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

const formatNames: Record<ImportFormat, string> = {
  csv: "CSV",
  json: "JSON",
  ndjson: "NDJSON, one record a line",
};

function ExportMenu({ id }: { id: string }) {
  const items = (Object.keys(mediaTypes) as ImportFormat[]).map((format) => ({
    id: format,
    label: formatNames[format],
    href: `${apiBase}/datasets/${id}/export?format=${format}`,
    download: "",
  }));
  return <Menu label="Export" icon="download" items={items} />;
}
