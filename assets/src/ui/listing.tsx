import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { changeSearch, type ListSearch } from "./address";
import { Button } from "./button";
import { Empty } from "./empty";
import { formatAmount } from "./format";
import type { IconName } from "./icon";
import { Failure } from "./notice";
import { Page } from "./page";
import { SearchBox } from "./search-box";
import { sortOf, sortRows } from "./sort";
import { SortHead } from "./sort-head";
import { type Column, Table, WaitingTable } from "./table";

type Pages<Row> = UseInfiniteQueryResult<InfiniteData<{ items: Row[]; next?: string }>, unknown>;

interface ListingProps<Row> {
  title: string;
  lead: string;
  /** What one row is called. */
  noun: string;
  pages: Pages<Row>;
  columns: readonly Column<Row>[];
  /** What a row is found by; left out for lists that are only ever read in part. */
  words?: (row: Row) => string;
  /** What else narrows the list. */
  filters?: ReactNode;
  /** Whether the list was narrowed by `filters`. */
  isNarrowed?: boolean;
  /** Leads to a new one, for those who may make one. */
  create?: ReactNode;
  /** What leads to the rows that were not read yet. */
  more?: string;
  empty: { icon: IconName; title: string; text: string; action?: ReactNode };
  children?: ReactNode;
}

/** The page of a list: search, order and table, or what would stand there and how to get it. */
export function Listing<Row extends { id: string }>(props: ListingProps<Row>) {
  const { title, lead, pages, create, empty, isNarrowed = false, children } = props;
  const rows = pages.data?.pages.flatMap(({ items }) => items);
  const isEmpty = rows?.length === 0 && !isNarrowed;
  return (
    <Page title={title} lead={lead} actions={isEmpty ? undefined : create}>
      {isEmpty ? (
        <Empty icon={empty.icon} title={empty.title} action={empty.action ?? create}>
          <p>{empty.text}</p>
        </Empty>
      ) : (
        <Rows {...props} rows={rows} />
      )}
      {children}
    </Page>
  );
}

interface RowsProps<Row> extends ListingProps<Row> {
  /** Absent while they are being read. */
  rows: readonly Row[] | undefined;
}

function Rows<Row extends { id: string }>(props: RowsProps<Row>) {
  const { title, noun, pages, rows, columns, words, filters, more } = props;
  const { search, show } = useListSearch();
  const found = rows && narrow(rows, words, search.q);
  const shown = found && order(found, columns, search.sort);
  const onSort = (sort: string | undefined) => show({ sort });
  const heads = columns.map((column) => sortable(column, search.sort, onSort));
  return (
    <div className="stack">
      <div className="toolbar">
        {words && (
          <SearchBox
            label={`Search ${noun}s`}
            value={search.q ?? ""}
            onChange={(q) => show({ q })}
          />
        )}
        {filters}
        <p className="quiet tally" role="status">
          {rows && found && tally(found.length, rows.length, noun, pages.hasNextPage)}
        </p>
      </div>
      {shown === undefined && !pages.isError && <WaitingTable columns={heads} />}
      {pages.isError && <Failure error={pages.error} onRetry={() => pages.refetch()} />}
      {shown && shown.length > 0 && (
        <Table
          label={title}
          columns={heads}
          rows={shown}
          rowId={({ id }) => id}
          isCards
          isPressable
        />
      )}
      {shown?.length === 0 && (
        <NothingFits noun={noun} q={search.q} onClear={() => show({ q: "" })} />
      )}
      {pages.hasNextPage && (
        <div className="actions">
          <Button isDisabled={pages.isFetchingNextPage} onPress={() => pages.fetchNextPage()}>
            {more ?? `Show more ${noun}s`}
          </Button>
        </div>
      )}
    </div>
  );
}

/** The list's part of the address, whichever list it is. */
function useListSearch() {
  const search: ListSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const show = (change: ListSearch) =>
    navigate({
      to: ".",
      search: (now: ListSearch) => changeSearch(now, change),
      replace: true,
      resetScroll: false,
    });
  return { search, show };
}

function narrow<Row>(
  rows: readonly Row[],
  words: ((row: Row) => string) | undefined,
  q: string | undefined,
): readonly Row[] {
  if (!words || !q) return rows;
  const wanted = q.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const text = words(row).toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

function order<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sort: string | undefined,
): readonly Row[] {
  const column = columns.find(({ id, rank }) => rank && sortOf(id, sort).state !== "none");
  if (!column?.rank) return rows;
  const state = sort === column.id ? "ascending" : "descending";
  return sortRows(rows, column.rank, state);
}

function sortable<Row>(
  column: Column<Row>,
  sort: string | undefined,
  onSort: (next: string | undefined) => void,
): Column<Row> {
  if (!column.rank || typeof column.head !== "string") return column;
  return {
    ...column,
    label: column.head,
    head: <SortHead field={column.id} label={column.head} sort={sort} onSort={onSort} />,
    sort: sortOf(column.id, sort).state,
  };
}

function tally(found: number, all: number, noun: string, isPart: boolean): string {
  const whole = isPart ? `the first ${formatAmount(all, noun)}` : formatAmount(all, noun);
  return found === all ? whole : `${found} of ${whole}`;
}

interface NothingFitsProps {
  noun: string;
  q: string | undefined;
  onClear: () => void;
}

function NothingFits({ noun, q, onClear }: NothingFitsProps) {
  return (
    <Empty
      icon="search"
      title={`No ${noun} fits`}
      action={q && <Button onPress={onClear}>Clear the search</Button>}
    >
      <p>{q ? `Nothing here has “${q}” in it.` : "Loosen what narrows the list."}</p>
    </Empty>
  );
}
