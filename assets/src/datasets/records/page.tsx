import { getRouteApi } from "@tanstack/react-router";
import { apiBase } from "../../api/client";
import { useMay } from "../../api/session";
import type { Dataset } from "../../api/types";
import { changeSearch } from "../../ui/address";
import { Button } from "../../ui/button";
import { Menu } from "../../ui/menu";
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

function ExportMenu({ id }: { id: string }) {
  const items = exportItems(`${apiBase}/datasets/${id}/export`);
  return <Menu label="Export" icon="download" items={items} />;
}
