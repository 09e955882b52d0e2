import { Link } from "@tanstack/react-router";
import { useDatasets } from "../api/lists";
import { useMay } from "../api/session";
import type { Dataset } from "../api/types";
import { SharedBy } from "../sharing/shared-by";
import { formatCount } from "../ui/format";
import { Listing } from "../ui/listing";
import { NewLink } from "../ui/new-link";
import type { Column } from "../ui/table";
import { Ago } from "../ui/time";

const columns: Column<Dataset>[] = [
  {
    id: "name",
    head: "Dataset",
    rank: ({ name }) => name,
    cell: ({ id, name }) => (
      <Link to="/datasets/$id" params={{ id }}>
        {name}
      </Link>
    ),
  },
  {
    id: "owner",
    head: "Whose",
    rank: ({ shared_by }) => shared_by ?? "",
    cell: ({ access, shared_by }) =>
      shared_by ? <SharedBy access={access} owner={shared_by} /> : "Yours",
  },
  { id: "key", head: "Key field", cell: ({ key_field }) => <code>{key_field}</code> },
  {
    id: "fields",
    head: "Fields",
    isFigure: true,
    rank: ({ fields }) => fields.length,
    cell: ({ fields }) => formatCount(fields.length),
  },
  {
    id: "records",
    head: "Records",
    isFigure: true,
    rank: ({ records }) => records,
    cell: ({ records }) => formatCount(records),
  },
  {
    id: "changed",
    head: "Settings changed",
    isFigure: true,
    rank: (set) => set.updated_at,
    cell: (set) => <Ago time={set.updated_at} />,
  },
];

export function DatasetList() {
  const mayWrite = useMay("dataset:write");
  return (
    <Listing
      title="Datasets"
      lead="Tables of records that are kept here: yours, and those that others share with you."
      noun="dataset"
      pages={useDatasets()}
      columns={columns}
      words={({ name, key_field, fields, shared_by }) =>
        [name, key_field, shared_by, ...fields.map((field) => field.name)].join(" ")
      }
      create={mayWrite && <NewLink to="/datasets/new" label="New dataset" />}
      empty={{
        icon: "dataset",
        title: "No datasets yet",
        text: "A dataset holds records with typed fields, one of which is the key that tells them apart. Import a CSV or JSON file: its fields and their types are found for you.",
      }}
    />
  );
}
