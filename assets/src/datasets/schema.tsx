import { useState } from "react";
import type { Field } from "../api/types";
import { Button, IconButton } from "../ui/button";
import { Checkbox, Select, TextField } from "../ui/fields";
import { type Column, Table } from "../ui/table";
import { addField, changeField, choicesOf, type FieldDraft } from "./fields";
import { fieldTypes, hasChoices } from "./types";

interface SchemaEditorProps {
  fields: readonly FieldDraft[];
  keyField: string;
  onChange: (fields: FieldDraft[]) => void;
  /** Faults by their path in the request, such as `fields[2].name`. */
  faults: Record<string, string>;
  /** The fields are a file's columns: their names are the file's, and none is added or removed. */
  areColumns?: boolean;
}

/** A schema as a table, one row a field. */
export function SchemaEditor(props: SchemaEditorProps) {
  const { fields, keyField, onChange, faults, areColumns = false } = props;
  const rows = fields.map((field, index) => ({ field, faults: faultsOf(faults, index) }));
  const columns = columnsFor({
    areColumns,
    keyField,
    change: (id, part) => onChange(changeField(fields, id, part)),
    remove: (gone) => onChange(fields.filter(({ id }) => id !== gone)),
  });
  return (
    <div className="stack">
      <Table
        label="Fields"
        columns={columns}
        rows={rows}
        rowId={({ field }) => `${field.id}`}
        isCards
      />
      {!areColumns && (
        <div className="actions">
          <Button icon="plus" onPress={() => onChange(addField(fields))}>
            Add a field
          </Button>
        </div>
      )}
    </div>
  );
}

interface Row {
  field: FieldDraft;
  faults: { name?: string; type?: string; choices?: string };
}

interface Edits {
  areColumns: boolean;
  keyField: string;
  change: (id: number, part: Partial<Field>) => void;
  remove: (id: number) => void;
}

function faultsOf(faults: Record<string, string>, index: number): Row["faults"] {
  const at = (part: string) => faults[`fields[${index}].${part}`];
  return {
    name: at("name") ?? faults[`fields[${index}]`],
    type: at("type"),
    choices: at("choices"),
  };
}

function columnsFor({ areColumns, keyField, change, remove }: Edits): Column<Row>[] {
  const name: Column<Row> = {
    id: "name",
    head: "Name",
    cell: ({ field, faults }) =>
      areColumns ? (
        field.name
      ) : (
        <TextField
          label="Name"
          hideLabel
          value={field.name}
          error={faults.name}
          onChange={(name) => change(field.id, { name })}
        />
      ),
  };
  const type: Column<Row> = {
    id: "type",
    head: "Type",
    cell: ({ field, faults }) => (
      <div className="stack">
        <Select
          label={`Type of ${field.name}`}
          hideLabel
          options={fieldTypes}
          value={field.type}
          error={faults.type}
          onChange={(type) => change(field.id, { type })}
        />
        {hasChoices(field.type) && <Choices field={field} fault={faults.choices} change={change} />}
      </div>
    ),
  };
  const flag = (id: "required" | "indexed", head: string): Column<Row> => ({
    id,
    head,
    cell: ({ field }) => (
      <Checkbox
        label={`${field.name}: ${head.toLowerCase()}`}
        isSelected={field[id] || field.name === keyField}
        isDisabled={field.name === keyField}
        onChange={(isSelected) => change(field.id, { [id]: isSelected })}
      />
    ),
  });
  const removal: Column<Row> = {
    id: "remove",
    head: <span className="visually-hidden">Remove</span>,
    cell: ({ field }) => (
      <IconButton
        label={`Remove ${field.name || "field"}`}
        icon="trash"
        isDisabled={field.name === keyField}
        onPress={() => remove(field.id)}
      />
    ),
  };
  const common = [name, type, flag("required", "Required"), flag("indexed", "Indexed")];
  return areColumns ? common : [...common, removal];
}

interface ChoicesProps {
  field: FieldDraft;
  fault?: string;
  change: Edits["change"];
}

/** The list to choose from; kept as typed, so that a line under way is not swallowed. */
function Choices({ field, fault, change }: ChoicesProps) {
  const [lines, setLines] = useState((field.choices ?? []).join("\n"));
  return (
    <TextField
      label={`Choices of ${field.name}, one a line`}
      rows={3}
      value={lines}
      error={fault}
      onChange={(text) => {
        setLines(text);
        change(field.id, { choices: choicesOf(text) });
      }}
    />
  );
}
