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
import { conflictStatus, fateStatus } from "./state";

const route = getRouteApi("/signed-in/plans/$id");
const pageSize = 25;

const options = [
  { value: "all", label: "Every record that is not unchanged" },
  ...listedFates.map((fate) => ({ value: fate, label: fateStatus(fate).label })),
] as const;

const parts = [
  { value: "all", label: "Both sides" },
  { value: "here", label: "Written here" },
  { value: "there", label: "Written there" },
  { value: "asked", label: "Conflicts that would ask you" },
  { value: "settled", label: "Conflicts that are settled" },
] as const;

const columns: Column<PlannedChange>[] = [
  { id: "key", head: "Record", cell: ({ key }) => key },
  { id: "fate", head: "What happens", cell: (change) => <What change={change} /> },
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
  const isNarrowed = Object.values(search).some((part) => part !== undefined);
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
        {plan.both && (
          <Select
            label="Side"
            hideLabel
            options={parts}
            value={search.part ?? "all"}
            onChange={(part) => show({ part: part === "all" ? undefined : part })}
          />
        )}
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
            // What undoes a run of both ways lists a record once for either side.
            rowId={({ key, there }) => `${there ? "there" : "here"} ${key}`}
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

function useChanges(id: string, { fate, q, part }: PlanSearch) {
  const side = part === "here" || part === "there" ? part : undefined;
  const conflict = part === "asked" || part === "settled" ? part : undefined;
  return $api.useInfiniteQuery(
    "get",
    "/plans/{id}/changes",
    { params: { path: { id }, query: { limit: pageSize, fate, q, side, conflict } } },
    {
      pageParamName: "after",
      initialPageParam: null,
      getNextPageParam: ({ next }) => next,
      placeholderData: keepPreviousData,
    },
  );
}

/** What happens, and whether both sides have changed the record. */
function What({ change: { fate, conflict } }: { change: PlannedChange }) {
  return (
    <span className="statuses">
      <Status {...fateStatus(fate)} />
      {conflict && <Status {...conflictStatus[conflict]} />}
    </span>
  );
}

function Fields({ change }: { change: PlannedChange }) {
  const { fate, reason, fields, here, there } = change;
  const of = (side: PlannedField["side"]) => fields.filter((field) => field.side === side);
  return (
    <div className="changes">
      {reason && <p>{reason}</p>}
      {here && (
        <OfSide
          label="Here"
          word={sideWords[here] ?? ""}
          isNew={here === "created"}
          fields={of("here")}
        />
      )}
      {there && (
        <OfSide
          label="There"
          word={sideWords[there] ?? ""}
          isNew={there === "created"}
          fields={of("there")}
        />
      )}
      {!here && !there && <List isNew={fate === "created"} fields={fields} />}
    </div>
  );
}

const sideWords: Partial<Record<PlannedChange["fate"], string>> = {
  created: "created",
  changed: "changed",
  deleted: "deleted",
  held: "left alone",
};

interface OfSideProps {
  label: string;
  word: string;
  isNew: boolean;
  fields: readonly PlannedField[];
}

/** What becomes of one side. */
function OfSide({ label, word, ...list }: OfSideProps) {
  return (
    <div className="of-side">
      <p>
        <strong>{label}</strong> {word}
      </p>
      <List {...list} />
    </div>
  );
}

function List({ isNew, fields }: { isNew: boolean; fields: readonly PlannedField[] }) {
  return (
    <div className={isNew ? "changes flowing" : "changes"}>
      <dl>
        {fields.map((field) => (
          <div key={field.remote_field_id}>
            <dt>{field.side === "here" ? field.field : field.remote_field_name}</dt>
            <dd>
              {!isNew && <Before field={field} />}
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
