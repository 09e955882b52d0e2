import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi, Link, useLocation } from "@tanstack/react-router";
import { $api } from "../../api/client";
import type { Dataset, DatasetRecord } from "../../api/types";
import { Button } from "../../ui/button";
import { Empty } from "../../ui/empty";
import { formatAmount } from "../../ui/format";
import { Icon } from "../../ui/icon";
import { Loaded } from "../../ui/loaded";
import { Failure } from "../../ui/notice";
import { SkeletonRows } from "../../ui/skeleton";
import { type Column, Table } from "../../ui/table";
import { showValue } from "../show";
import { sortOf } from "./search";

const route = getRouteApi("/signed-in/datasets/$id");
const pageSize = 50;
/** Wide datasets: the other fields are seen in the record itself. */
const shownFields = 24;

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** The pages that lead to this one, oldest first; the first page's cursor is empty. */
    trail?: string[];
  }
}

/** One page of a dataset's records. */
export function RecordList({ dataset }: { dataset: Dataset }) {
  const { record: _, ...search } = route.useSearch();
  const records = $api.useQuery(
    "get",
    "/datasets/{id}/records",
    { params: { path: { id: dataset.id }, query: { ...search, limit: pageSize } } },
    { placeholderData: keepPreviousData },
  );
  const isNarrowed = Boolean(search.q || search.filter);
  if (records.isError) return <Failure error={records.error} onRetry={() => records.refetch()} />;
  return (
    <Loaded query={records} waiting={<SkeletonRows rows={12} />}>
      {({ items, next, scanned }) =>
        items.length > 0 ? (
          <div className="stack">
            <RecordTable dataset={dataset} records={items} />
            <Paging count={items.length} next={next} scanned={scanned} />
          </div>
        ) : (
          <NoRecords dataset={dataset} isNarrowed={isNarrowed || search.after !== undefined} />
        )
      }
    </Loaded>
  );
}

function RecordTable({ dataset, records }: { dataset: Dataset; records: DatasetRecord[] }) {
  const { sort } = route.useSearch();
  const others = dataset.fields.filter(({ name }) => name !== dataset.key_field);
  const key = dataset.fields.filter(({ name }) => name === dataset.key_field);
  const columns = [...key, ...others].slice(0, shownFields).map(
    ({ name, type }, index): Column<DatasetRecord> => ({
      id: name,
      head: <SortHead field={name} />,
      sort: sortOf(name, sort).state,
      isFigure: type === "integer" || type === "number",
      cell: (record) =>
        index === 0 ? <RecordLink recordKey={record.key} /> : showValue(record.fields[name]),
    }),
  );
  return (
    <Table
      label={`Records of ${dataset.name}`}
      columns={columns}
      rows={records}
      rowId={({ key }) => key}
      isOneLine
    />
  );
}

function SortHead({ field }: { field: string }) {
  const { sort } = route.useSearch();
  const navigate = route.useNavigate();
  const { state, next } = sortOf(field, sort);
  const reorder = () =>
    navigate({ search: ({ after: _, ...rest }) => ({ ...rest, sort: next }), resetScroll: false });
  return (
    <Button look="plain" onPress={reorder}>
      {field}
      {state !== "none" && <Icon name={state === "ascending" ? "arrowUp" : "arrowDown"} />}
    </Button>
  );
}

function RecordLink({ recordKey }: { recordKey: string }) {
  return (
    <Link
      from="/datasets/$id"
      to="."
      search={(search) => ({ ...search, record: recordKey })}
      state={(state) => state}
      resetScroll={false}
    >
      {recordKey}
    </Link>
  );
}

interface PagingProps {
  count: number;
  next?: string;
  scanned?: number;
}

function Paging({ count, next, scanned }: PagingProps) {
  const { after } = route.useSearch();
  const navigate = route.useNavigate();
  const { trail = [] } = useLocation().state;
  const show = (cursor: string | undefined, trail: string[]) =>
    navigate({
      search: (search) => ({ ...search, after: cursor || undefined }),
      state: { trail },
    });
  return (
    <nav className="between" aria-label="Pages of records">
      <p className="quiet">
        {formatAmount(count, "record")} on this page
        {scanned !== undefined && `, ${formatAmount(scanned, "record")} looked at`}
      </p>
      {(after || next) && (
        <div className="actions">
          <Button isDisabled={!after} onPress={() => show(trail.at(-1), trail.slice(0, -1))}>
            {after && trail.length === 0 ? "First page" : "Previous"}
          </Button>
          <Button isDisabled={!next} onPress={() => show(next, [...trail, after ?? ""])}>
            Next
          </Button>
        </div>
      )}
    </nav>
  );
}

function NoRecords({ dataset, isNarrowed }: { dataset: Dataset; isNarrowed: boolean }) {
  if (isNarrowed) {
    return (
      <Empty icon="search" title="No record fits">
        <p>Loosen the filter or the search; “Show all” takes both away.</p>
      </Empty>
    );
  }
  return (
    <Empty
      icon="dataset"
      title="No records yet"
      action={
        <Link to="/datasets/$id/imports" params={{ id: dataset.id }} className="button primary">
          Import a file
        </Link>
      }
    >
      <p>
        {dataset.name} has its fields, but nothing in them. Import a file, or add a record by hand.
      </p>
    </Empty>
  );
}
