import { Link } from "@tanstack/react-router";
import { $api } from "../api/client";
import { useMay } from "../api/session";
import type { Dataset } from "../api/types";
import { Empty } from "../ui/empty";
import { formatCount } from "../ui/format";
import { Loaded } from "../ui/loaded";
import { Page } from "../ui/page";
import { type Column, Table } from "../ui/table";
import { Ago } from "../ui/time";

const columns: Column<Dataset>[] = [
  {
    id: "name",
    head: "Dataset",
    cell: ({ id, name }) => (
      <Link to="/datasets/$id" params={{ id }}>
        {name}
      </Link>
    ),
  },
  { id: "key", head: "Key field", cell: ({ key_field }) => key_field },
  {
    id: "fields",
    head: "Fields",
    isFigure: true,
    cell: ({ fields }) => formatCount(fields.length),
  },
  { id: "records", head: "Records", isFigure: true, cell: ({ records }) => formatCount(records) },
  { id: "changed", head: "Changed", isFigure: true, cell: (set) => <Ago time={set.updated_at} /> },
];

export function DatasetList() {
  const datasets = $api.useQuery("get", "/datasets", { params: { query: { limit: 500 } } });
  const mayWrite = useMay("dataset:write");
  const create = mayWrite && (
    <Link to="/datasets/new" className="button primary">
      New dataset
    </Link>
  );
  const isEmpty = datasets.data?.items.length === 0;
  return (
    <Page
      title="Datasets"
      lead="Tables of records that are kept here."
      actions={!isEmpty && create}
    >
      <Loaded query={datasets}>
        {({ items }) =>
          items.length > 0 ? (
            <Table label="Datasets" columns={columns} rows={items} rowId={({ id }) => id} isCards />
          ) : (
            <Empty icon="dataset" title="No datasets yet" action={create}>
              <p>
                A dataset holds records with typed fields, one of which is the key that tells them
                apart. Import a CSV or JSON file: its fields and their types are found for you.
              </p>
            </Empty>
          )
        }
      </Loaded>
    </Page>
  );
}
