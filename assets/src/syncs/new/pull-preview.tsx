import { keepPreviousData } from "@tanstack/react-query";
import { $api } from "../../api/client";
import type { PreviewedRow } from "../../api/types";
import { showValue } from "../../datasets/show";
import { Loaded } from "../../ui/loaded";
import { type Column, Table, WaitingTable } from "../../ui/table";
import { finishMapping } from "../mapping";
import type { Settled } from "./settled";

const shownRows = 5;

/** The table's first rows as they would be here, and what the dataset has against them. */
export function PullPreview({ settled }: { settled: Settled }) {
  const { dataset, connection, base, table, mapping } = settled;
  const pairs = finishMapping(mapping, dataset.fields).filter(({ field }) => comes(settled, field));
  const key = mapping[dataset.key_field] ?? "";
  const columns = columnsOf(settled);
  const preview = $api.useQuery(
    "post",
    "/syncs/preview",
    {
      body: {
        dataset_id: dataset.id,
        connection_id: connection.id,
        base_id: base.id,
        table_id: table.id,
        mapping: pairs,
        remote_key_field_id: key,
      },
    },
    { placeholderData: keepPreviousData, enabled: key !== "" },
  );
  if (key === "") return <p className="quiet-value">Choose where the key comes from.</p>;
  return (
    <Loaded query={preview} waiting={<WaitingTable columns={columns} rows={shownRows} />}>
      {({ items }) =>
        items.length > 0 ? (
          <Table
            label="Preview of what comes"
            columns={items.some(({ reason }) => reason) ? [...columns, refusal] : columns}
            rows={items}
            rowId={({ remote_id }) => remote_id}
            isOneLine
          />
        ) : (
          <p className="quiet-value">{table.name} has no records yet.</p>
        )
      }
    </Loaded>
  );
}

const refusal: Column<PreviewedRow> = {
  id: "refusal",
  head: "Would be refused",
  cell: ({ reason }) => reason,
};

/** Whether a field is filled from there: of a two-way sync some go one way alone. */
function comes({ isBoth, ways }: Settled, field: string): boolean {
  return !isBoth || ways[field] !== "push";
}

/** The dataset's fields that something comes into. */
function columnsOf(settled: Settled): Column<PreviewedRow>[] {
  const { dataset, mapping } = settled;
  const filled = dataset.fields.filter(({ name }) => mapping[name] && comes(settled, name));
  return filled.map(({ name, type }) => ({
    id: name,
    head: name,
    isFigure: type === "integer" || type === "number",
    cell: ({ fields }) =>
      showValue((fields as Record<string, unknown>)[name]) || (
        <span className="quiet-value">empty</span>
      ),
  }));
}
