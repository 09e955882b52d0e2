import type { Dataset, RemoteTable } from "../api/types";
import { typeName } from "../datasets/types";
import { Select } from "../ui/fields";
import { type Column, Table } from "../ui/table";
import {
  finishMapping,
  type MappingDraft,
  pointField,
  turnField,
  type Ways,
  writableFields,
} from "./mapping";

interface MappingEditorProps {
  dataset: Dataset;
  table: RemoteTable;
  mapping: MappingDraft;
  /** Why a pair was proposed, by the dataset's field. */
  reasons?: Record<string, string>;
  /** Faults by the path in the request. */
  faults: Record<string, string>;
  /** Whether values come from there, and do not go there. */
  isPull?: boolean;
  /** Which fields go one way alone; in a two-way sync. */
  ways?: Ways;
  onWays?: (ways: Ways) => void;
  onChange: (mapping: MappingDraft) => void;
}

type Row = Dataset["fields"][number];

const stays = { value: "", label: "Stays here", note: "" };
const nowhere = { value: "", label: "Stays as it is", note: "" };

const directions = [
  { value: "both", label: "Both ways", note: "Changes of either side come to the other" },
  { value: "push", label: "From here", note: "What is changed there is put back" },
  { value: "pull", label: "From there", note: "What is changed here is put back" },
] as const;

/** Each field of the dataset, and the one that it goes into or comes from; the key always does. */
export function MappingEditor(props: MappingEditorProps) {
  const { dataset, table, mapping, reasons = {}, faults, isPull = false, onChange } = props;
  const { ways, onWays } = props;
  // What the provider computes can come from there, and go nowhere.
  const usable = isPull || ways ? table.fields : writableFields(table.fields);
  const remotes = usable.map(({ id, name, type }) => ({
    value: id,
    label: name,
    note: type,
  }));
  const columns: Column<Row>[] = [
    {
      id: "field",
      head: dataset.name,
      cell: ({ name }) => (name === dataset.key_field ? `${name} (key)` : name),
    },
    { id: "type", head: "Type", cell: ({ type }) => typeName(type) },
    {
      id: "remote",
      head: isPull ? `Comes from ${table.name}` : `Goes into ${table.name}`,
      cell: ({ name }) => (
        <Select
          label={isPull ? `Where ${name} comes from` : `Where ${name} goes`}
          hideLabel
          options={name === dataset.key_field ? remotes : [isPull ? nowhere : stays, ...remotes]}
          value={mapping[name] ?? (name === dataset.key_field ? null : "")}
          error={faultOf(faults, dataset, mapping, name)}
          onChange={(remote) => onChange(pointField(mapping, name, remote))}
        />
      ),
    },
    {
      id: "reason",
      head: "Proposed for",
      cell: ({ name }) => reasons[name] && <span className="quiet">{reasons[name]}</span>,
    },
  ];
  if (ways && onWays) {
    columns.splice(3, 0, {
      id: "way",
      head: "Direction",
      cell: ({ name }) =>
        name === dataset.key_field || !mapping[name] ? undefined : (
          <Select
            label={`Direction of ${name}`}
            hideLabel
            options={directions}
            value={ways[name] ?? "both"}
            onChange={(way) => onWays(turnField(ways, name, way))}
          />
        ),
    });
  }
  return (
    <Table
      label="Mapping"
      columns={reasonsShown(reasons) ? columns : columns.slice(0, -1)}
      rows={dataset.fields}
      rowId={({ name }) => name}
      isCards
    />
  );
}

function reasonsShown(reasons: Record<string, string>): boolean {
  return Object.keys(reasons).length > 0;
}

/** The appliance counts the pairs that were sent, `mapping[3].remote_field_id`; the key is apart. */
function faultOf(
  faults: Record<string, string>,
  dataset: Dataset,
  mapping: MappingDraft,
  field: string,
): string | undefined {
  const sent = finishMapping(mapping, dataset.fields);
  const place = `mapping[${sent.findIndex((pair) => pair.field === field)}]`;
  const key = field === dataset.key_field ? faults.remote_key_field_id : undefined;
  return key ?? faults[place] ?? faults[`${place}.remote_field_id`];
}
