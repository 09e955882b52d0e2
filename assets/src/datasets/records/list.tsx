import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi, Link, useLocation } from "@tanstack/react-router";
import { $api } from "../../api/client";
import { useMay } from "../../api/session";
import type { Dataset, DatasetRecord } from "../../api/types";
import { changeSearch } from "../../ui/address";
import { Button } from "../../ui/button";
import { Empty } from "../../ui/empty";
import { formatAmount } from "../../ui/format";
import { Loaded } from "../../ui/loaded";
import { Failure } from "../../ui/notice";
import { sortOf } from "../../ui/sort";
import { SortHead } from "../../ui/sort-head";
import { type Column, Table, WaitingTable } from "../../ui/table";
import { useMayEdit } from "../access";
import { showValue } from "../show";
import { useBoxes } from "./boxes";
import { usePicking } from "./picking";
import type { RecordSearch } from "./search";

const route = getRouteApi("/signed-in/datasets/$id");
const pageSize = 50;
/** Wide datasets: the other fields are seen in the record itself. */
const shownFields = 24;

type RecordQuery = Pick<RecordSearch, "filter" | "q" | "sort" | "after">;

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** The pages that lead to this one, oldest first; the first page's cursor is empty. */
    trail?: string[];
  }
}

/** One page of a dataset's records. */
export function RecordList({ dataset }: { dataset: Dataset }) {
  const { record: _, add: __, selected, ...search } = route.useSearch();
  const all = useRecords(dataset, search, !selected);
  const alone = useSelected(dataset, search.after, Boolean(selected));
  const records = selected ? alone : all;
  const keys = records.data?.items.map(({ key }) => key) ?? [];
  const picking = usePicking(dataset, keys);
  const boxes = useBoxes(dataset, keys, picking);
  const maySelect = useMay("dataset:select");
  const fields = useColumns(dataset);
  const columns = maySelect ? [boxes, ...fields] : fields;
  const isNarrowed = Boolean(search.q || search.filter);
  if (records.isError) return <Failure error={records.error} onRetry={() => records.refetch()} />;
  return (
    <Loaded
      query={records}
      waiting={<WaitingTable columns={columns} rows={waitingRows(dataset)} />}
    >
      {({ items, next, scanned }) =>
        items.length > 0 ? (
          <div className="stack" data-old={records.isPlaceholderData || undefined}>
            <Table
              label={`Records of ${dataset.name}`}
              columns={columns}
              rows={items}
              rowId={({ key }) => key}
              isOneLine
              isPressable
            />
            <Failure error={picking.error} />
            <Paging count={items.length} next={next} scanned={scanned} />
          </div>
        ) : (
          <NoRecords
            dataset={dataset}
            isNarrowed={isNarrowed || search.after !== undefined}
            isSelected={Boolean(selected)}
          />
        )
      }
    </Loaded>
  );
}

function useRecords({ id }: Dataset, query: RecordQuery, enabled: boolean) {
  const params = { path: { id }, query: { ...query, limit: pageSize } };
  const options = { enabled, placeholderData: keepPreviousData };
  return $api.useQuery("get", "/datasets/{id}/records", { params }, options);
}

/** Those alone that the reader has picked. */
function useSelected({ id }: Dataset, after: string | undefined, enabled: boolean) {
  const params = { path: { id }, query: { after, limit: pageSize } };
  const options = { enabled, placeholderData: keepPreviousData };
  return $api.useQuery("get", "/datasets/{id}/selection/records", { params }, options);
}

function waitingRows({ records }: Dataset): number {
  return Math.max(1, Math.min(records, 20));
}

function useColumns(dataset: Dataset): Column<DatasetRecord>[] {
  const { sort, selected } = route.useSearch();
  const navigate = route.useNavigate();
  const onSort = (sort: string | undefined) =>
    navigate({
      search: (now) => changeSearch(now, { sort, after: undefined }),
      resetScroll: false,
    });
  const others = dataset.fields.filter(({ name }) => name !== dataset.key_field);
  const key = dataset.fields.filter(({ name }) => name === dataset.key_field);
  return [...key, ...others].slice(0, shownFields).map(
    ({ name, type }, index): Column<DatasetRecord> => ({
      id: name,
      // What was picked has the order of the keys.
      ...(selected
        ? { head: name }
        : {
            head: <SortHead field={name} label={name} sort={sort} onSort={onSort} />,
            sort: sortOf(name, sort).state,
          }),
      isFigure: type === "integer" || type === "number",
      cell: (record) =>
        index === 0 ? <RecordLink recordKey={record.key} /> : showValue(record.fields[name]),
    }),
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
        {scanned !== undefined &&
          scanned > count + 1 &&
          `, ${formatAmount(scanned, "record")} looked at`}
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

interface NoRecordsProps {
  dataset: Dataset;
  isNarrowed: boolean;
  /** Whether those are shown that are picked. */
  isSelected: boolean;
}

function NoRecords({ dataset, isNarrowed, isSelected }: NoRecordsProps) {
  const mayEdit = useMayEdit(dataset);
  if (isSelected) {
    return (
      <Empty icon="search" title="No record is selected">
        <p>Show all records, and check the boxes before those that you want.</p>
      </Empty>
    );
  }
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
        mayEdit && (
          <Link to="/datasets/$id/imports" params={{ id: dataset.id }} className="button primary">
            Import a file
          </Link>
        )
      }
    >
      <p>
        {dataset.name} has its fields, but nothing in them.
        {mayEdit && " Import a file, or add a record by hand."}
      </p>
    </Empty>
  );
}
