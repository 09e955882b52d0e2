import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { $api } from "../api/client";
import type { Plan, PlannedChange, PlannedField } from "../api/types";
import { changeSearch } from "../ui/address";
import { Button } from "../ui/button";
import { Select } from "../ui/fields";
import { Icon } from "../ui/icon";
import { Failure } from "../ui/notice";
import { Panel } from "../ui/page";
import { SearchBox } from "../ui/search-box";
import { Status } from "../ui/status";
import { type Column, Table, WaitingTable } from "../ui/table";
import { listedFates, type PlanSearch } from "./search";
import { fateStatus } from "./state";

const route = getRouteApi("/signed-in/plans/$id");
const pageSize = 25;

const options = [
  { value: "all", label: "Every record that is not unchanged" },
  ...listedFates.map((fate) => ({ value: fate, label: fateStatus(fate).label })),
] as const;

const columns: Column<PlannedChange>[] = [
  { id: "key", head: "Record", cell: ({ key }) => key },
  { id: "fate", head: "What happens", cell: ({ fate }) => <Status {...fateStatus(fate)} /> },
  { id: "fields", head: "Field by field", cell: (change) => <Fields change={change} /> },
];

/** What the plan would do, record by record and field by field. */
export function Changes({ plan }: { plan: Plan }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const show = (change: PlanSearch) =>
    navigate({ search: (now) => changeSearch(now, change), replace: true, resetScroll: false });
  const changes = useChanges(plan.id, search);
  const items = changes.data?.pages.flatMap(({ items }) => items) ?? [];
  const isNarrowed = search.fate !== undefined || search.q !== undefined;
  return (
    <Panel title="Record by record">
      <div className="toolbar">
        <SearchBox label="Search this plan" value={search.q ?? ""} onChange={(q) => show({ q })} />
        <Select
          label="What happens"
          hideLabel
          options={options}
          value={search.fate ?? "all"}
          onChange={(fate) => show({ fate: fate === "all" ? undefined : fate })}
        />
      </div>
      {changes.isError && <Failure error={changes.error} onRetry={() => changes.refetch()} />}
      {changes.isPending && <WaitingTable columns={columns} rows={6} />}
      {changes.isSuccess && items.length === 0 && (
        <p className="quiet-value">
          {isNarrowed ? "No record fits." : "Nothing would change: both ends are alike."}
        </p>
      )}
      {items.length > 0 && (
        <div data-old={changes.isPlaceholderData || undefined}>
          <Table
            label="Planned changes"
            columns={columns}
            rows={items}
            rowId={({ key }) => key}
            isCards
          />
        </div>
      )}
      {changes.hasNextPage && (
        <div className="actions">
          <Button isDisabled={changes.isFetchingNextPage} onPress={() => changes.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </Panel>
  );
}

function useChanges(id: string, { fate, q }: PlanSearch) {
  return $api.useInfiniteQuery(
    "get",
    "/plans/{id}/changes",
    { params: { path: { id }, query: { limit: pageSize, fate, q } } },
    {
      pageParamName: "after",
      initialPageParam: null,
      getNextPageParam: ({ next }) => next,
      placeholderData: keepPreviousData,
    },
  );
}

function Fields({ change: { fate, reason, fields } }: { change: PlannedChange }) {
  return (
    <div className={fate === "created" ? "changes flowing" : "changes"}>
      {reason && <p>{reason}</p>}
      <dl>
        {fields.map((field) => (
          <div key={field.remote_field_id}>
            <dt>{field.remote_field_name}</dt>
            <dd>
              {fate !== "created" && <Before field={field} />}
              <Value text={field.after} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** What is there now, before an arrow that is read out as "becomes". */
function Before({ field: { before, before_known } }: { field: PlannedField }) {
  return (
    <>
      {before_known ? (
        <del>
          <Value text={before} />
        </del>
      ) : (
        <span className="quiet">Not known</span>
      )}{" "}
      <Icon name="arrowRight" />
      <span className="visually-hidden">becomes</span>{" "}
    </>
  );
}

function Value({ text }: { text: string | undefined }) {
  return text ? text : <span className="quiet">Empty</span>;
}
