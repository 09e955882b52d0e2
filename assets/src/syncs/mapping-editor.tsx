import type { Dataset, RemoteTable } from "../api/types";
import { typeName } from "../datasets/types";
import { Select, TextField } from "../ui/fields";
import { type Column, Table } from "../ui/table";
import { useTyped } from "../ui/typed";
import {
  finishMapping,
  type MappingDraft,
  nameField,
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
  const { dataset, table, mapping, reasons = {}, isPull = false, ways, onWays } = props;
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
      cell: ({ name }) => <Place {...props} field={name} />,
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

/** Where one field goes, or comes from. */
function Place(props: MappingEditorProps & { field: string }) {
  const { dataset, table, mapping, faults, isPull = false, ways, field, onChange } = props;
  const isKey = field === dataset.key_field;
  const error = faultOf(faults, dataset, mapping, field);
  if (table.any_names) {
    return (
      <NameField
        field={field}
        isKey={isKey}
        name={mapping[field] ?? ""}
        error={error}
        onChange={(name) => onChange(nameField(mapping, field, name))}
      />
    );
  }
  // What the provider computes can come from there, and go nowhere.
  const usable = isPull || ways ? table.fields : writableFields(table.fields);
  const remotes = usable.map(({ id, name, type }) => ({ value: id, label: name, note: type }));
  return (
    <Select
      label={isPull ? `Where ${field} comes from` : `Where ${field} goes`}
      hideLabel
      options={isKey ? remotes : [isPull ? nowhere : stays, ...remotes]}
      value={mapping[field] ?? (isKey ? null : "")}
      error={error}
      onChange={(remote) => onChange(pointField(mapping, field, remote))}
    />
  );
}

interface NameFieldProps {
  field: string;
  isKey: boolean;
  name: string;
  error: string | undefined;
  onChange: (name: string) => void;
}

/** The name that a value goes under, where any may be given; without one it stays here. */
function NameField({ field, isKey, name, error, onChange }: NameFieldProps) {
  const [typed, setTyped] = useTyped(name, onChange);
  return (
    <TextField
      label={`What ${field} is called there`}
      hideLabel
      isRequired={isKey}
      placeholder={isKey ? undefined : "Stays here"}
      value={typed}
      onChange={setTyped}
      error={error}
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
