import { keepPreviousData } from "@tanstack/react-query";
import { $api } from "../../api/client";
import { explain } from "../../api/problem";
import type { DatasetRecord, SyncScope } from "../../api/types";
import { showValue } from "../../datasets/show";
import { useCalm } from "../../ui/calm";
import { Loaded } from "../../ui/loaded";
import { type Column, Table, WaitingTable } from "../../ui/table";
import { finishMapping, type MappingDraft } from "../mapping";
import type { Settled } from "./settled";

const shownRecords = 5;

type Shown = Pick<Settled, "dataset" | "table" | "mapping" | "ways" | "isBoth">;

interface LivePreviewProps {
  settled: Shown;
  /** Which of the records go. */
  scope: SyncScope;
}

/** The first records that go, under the names that their values will have there. */
export function LivePreview({ settled, scope }: LivePreviewProps) {
  const { dataset } = settled;
  const columns = columnsOf(settled);
  const records = useFirstRecords(dataset.id, useCalm(scope.kind), useCalm(scope.filter ?? ""));
  if (columns.length === 0) return <p className="quiet-value">Nothing goes there yet.</p>;
  if (scope.kind === "filter" && !scope.filter) return null;
  if (records.isError && scope.kind === "filter") {
    return <p className="quiet-value">{explain(records.error).detail}</p>;
  }
  return (
    <Loaded query={records} waiting={<WaitingTable columns={columns} rows={shownRecords} />}>
      {({ items }) =>
        items.length > 0 ? (
          <Table
            label="Preview"
            columns={columns}
            rows={items}
            rowId={({ key }) => key}
            isOneLine
          />
        ) : (
          <p className="quiet-value">{nothingIn(dataset.name, scope.kind)}</p>
        )
      }
    </Loaded>
  );
}

function nothingIn(name: string, kind: SyncScope["kind"]): string {
  switch (kind) {
    case "all":
      return `${name} has no records yet.`;
    case "filter":
      return "No record matches now.";
    case "selection":
      return "Nothing goes before you select records.";
  }
}

/** The first of a dataset's records that a scope takes. */
function useFirstRecords(id: string, kind: SyncScope["kind"], filter: string) {
  const path = { id };
  const query = { limit: shownRecords };
  const selected = $api.useQuery(
    "get",
    "/datasets/{id}/selection/records",
    { params: { path, query } },
    { enabled: kind === "selection", placeholderData: keepPreviousData },
  );
  const matching = $api.useQuery(
    "get",
    "/datasets/{id}/records",
    { params: { path, query: kind === "filter" ? { ...query, filter } : query } },
    {
      enabled: kind === "all" || (kind === "filter" && filter !== ""),
      placeholderData: keepPreviousData,
      // A filter that is half typed is refused; it is asked about again once it reads otherwise.
      retry: false,
    },
  );
  return kind === "selection" ? selected : matching;
}

/** In the order of the table there, as far as something goes into it. */
function columnsOf({ dataset, table, mapping, ways, isBoth }: Shown): Column<DatasetRecord>[] {
  const comes = (field: string) => isBoth && ways[field] === "pull";
  const sources = sourcesOf(mapping);
  const types = new Map(dataset.fields.map(({ name, type }) => [name, type]));
  const fields = table.any_names
    ? finishMapping(mapping, dataset.fields).map(({ remote_field_id: name }) => ({
        id: name,
        name,
      }))
    : table.fields;
  return fields.flatMap(({ id, name }) => {
    const source = sources.get(id);
    if (source === undefined || comes(source)) return [];
    const type = types.get(source);
    return {
      id,
      head: name,
      isFigure: type === "integer" || type === "number",
      cell: ({ fields }) => showValue(fields[source]) || <span className="quiet-value">empty</span>,
    };
  });
}

function sourcesOf(mapping: MappingDraft): Map<string, string> {
  return new Map(Object.entries(mapping).map(([field, remote]) => [remote, field]));
}
