import { keepPreviousData } from "@tanstack/react-query";
import { $api } from "../../api/client";
import type { DatasetRecord } from "../../api/types";
import { showValue } from "../../datasets/show";
import { Loaded } from "../../ui/loaded";
import { type Column, Table, WaitingTable } from "../../ui/table";
import { finishMapping, type MappingDraft } from "../mapping";
import type { Settled } from "./settled";

const shownRecords = 5;

type Shown = Pick<Settled, "dataset" | "table" | "mapping">;

/** The dataset's first records under the names that their values will have there. */
export function LivePreview({ settled }: { settled: Shown }) {
  const { dataset } = settled;
  const columns = columnsOf(settled);
  const records = $api.useQuery(
    "get",
    "/datasets/{id}/records",
    { params: { path: { id: dataset.id }, query: { limit: shownRecords } } },
    { placeholderData: keepPreviousData },
  );
  if (columns.length === 0) return <p className="quiet-value">Nothing goes there yet.</p>;
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
          <p className="quiet-value">{dataset.name} has no records yet.</p>
        )
      }
    </Loaded>
  );
}

/** In the order of the table there, as far as something goes into it. */
function columnsOf({ dataset, table, mapping }: Shown): Column<DatasetRecord>[] {
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
    if (source === undefined) return [];
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
