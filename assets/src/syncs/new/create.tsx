import { useMutation } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { client } from "../../api/client";
import { useOnce } from "../../api/once";
import { fieldMessages } from "../../api/problem";
import { useRefresh } from "../../api/queries";
import { useMay } from "../../api/session";
import type { Run, Sync, SyncDeletes, SyncScope } from "../../api/types";
import { wordsOf } from "../../connections/providers";
import { Button } from "../../ui/button";
import { Facts } from "../../ui/facts";
import { Checkbox, TextField } from "../../ui/fields";
import { formatAmount } from "../../ui/format";
import { Failure } from "../../ui/notice";
import { useTyped } from "../../ui/typed";
import { usualDeletes } from "../deletes";
import { DeletesFields } from "../deletes-fields";
import { followHours, followLabel } from "../follow";
import { finishMapping } from "../mapping";
import {
  type ConflictPolicy,
  type Meeting,
  MeetingFields,
  oddWait,
  secondsOf,
  usualMeeting,
} from "../meeting-fields";
import { scopeOf } from "../scope";
import { ScopeFields } from "../scope-fields";
import { useEnter, useGo } from "./go";
import type { NewSyncSearch } from "./search";
import type { Settled } from "./settled";

const route = getRouteApi("/signed-in/syncs/new");

/** All that was settled, once more; then it is made, and run where that is wished. */
export function Create({ settled }: { settled: Settled }) {
  const search = route.useSearch();
  const [enter, go] = [useEnter(), useGo()];
  const [name, setName] = useTyped(
    search.name ?? "",
    (name) => enter({ name }),
    usualName(settled),
  );
  const [filter, setFilter] = useTyped(search.filter ?? "", (filter) => enter({ filter }), "");
  const [wait, setWait] = useTyped(search.wait ?? "", (wait) => enter({ wait }), usualMeeting.wait);
  const meeting = { conflicts: search.conflicts ?? usualMeeting.conflicts, wait };
  const mayRun = useMay("sync:run");
  const create = useCreation(settled);
  const isOdd = settled.isBoth && Number.isNaN(secondsOf(wait));
  const start = (isRun: boolean) =>
    create.mutate({
      name,
      ...rulesOf(settled, search, { filter, meeting }),
      isRun: isRun && mayRun,
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start(true);
  };
  const isBusy = create.isPending || isOdd;
  return (
    <form className="form" onSubmit={submit}>
      <Summary settled={settled} />
      <TextField
        label="Name"
        isRequired
        value={name}
        onChange={setName}
        error={fieldMessages(create.error).name}
      />
      <Rules
        settled={settled}
        filter={filter}
        onFilter={setFilter}
        meeting={meeting}
        onMeeting={(next) => {
          if (next.wait !== wait) setWait(next.wait);
          if (next.conflicts !== meeting.conflicts) enter({ conflicts: next.conflicts });
        }}
        faults={isOdd ? { wait_seconds: oddWait } : fieldMessages(create.error)}
      />
      <Failure error={create.error} shown={["name", "scope.filter"]} />
      <div className="actions">
        <Button look="primary" type="submit" isDisabled={isBusy}>
          {mayRun ? "Create and run" : "Create sync"}
        </Button>
        {mayRun && (
          <Button isDisabled={isBusy} onPress={() => start(false)}>
            Create sync
          </Button>
        )}
        <Button onPress={() => go({ step: "mapping" })}>Back</Button>
      </div>
      <p className="quiet">
        Created alone, nothing is written before you start a run.{" "}
        {settled.table.any_names
          ? "A run delivers only what is new or has changed since the last one."
          : `A run writes into ${targetOf(settled)} only what differs.`}
      </p>
    </form>
  );
}

function usualName({ dataset, base, isPull, isBoth }: Settled): string {
  if (isBoth) return `${dataset.name} and ${base.name}`;
  return isPull ? `${base.name} to ${dataset.name}` : `${dataset.name} to ${base.name}`;
}

/** What was chosen of the rules that such a sync has. */
function rulesOf(
  { table, isPull, isBoth }: Settled,
  search: NewSyncSearch,
  { filter, meeting: { conflicts, wait } }: { filter: string; meeting: Meeting },
) {
  const gone = search.gone ? ("delete" as const) : ("keep" as const);
  if (isPull) {
    const full_every_hours = search.follows ? followHours : 0;
    return { direction: "pull" as const, gone, full_every_hours };
  }
  if (table.any_names) {
    return { resend_unknown: search.resends ? ("always" as const) : ("never" as const) };
  }
  const there = {
    typecast: search.typecast ?? false,
    deletes: search.deletes ?? usualDeletes,
  };
  if (!isBoth) return { ...there, scope: scopeOf(search.scope ?? "all", filter) };
  const wait_seconds = secondsOf(wait);
  return { ...there, direction: "two_way" as const, gone, conflicts, wait_seconds };
}

interface RulesProps {
  settled: Settled;
  filter: string;
  onFilter: (filter: string) => void;
  meeting: Meeting;
  onMeeting: (meeting: Meeting) => void;
  faults: Record<string, string>;
}

/** The rules that a sync of this direction has. */
function Rules({ settled, filter, onFilter, meeting, onMeeting, faults }: RulesProps) {
  const { dataset, connection, table, isPull, isBoth } = settled;
  const search = route.useSearch();
  const enter = useEnter();
  if (table.any_names) {
    return (
      <Checkbox isSelected={search.resends ?? false} onChange={(resends) => enter({ resends })}>
        Send again by itself what had no answer; some of it then arrives twice
      </Checkbox>
    );
  }
  return (
    <>
      {isBoth && <MeetingFields value={meeting} onChange={onMeeting} faults={faults} />}
      {(isPull || isBoth) && (
        <Checkbox isSelected={search.gone ?? false} onChange={(gone) => enter({ gone })}>
          {isBoth
            ? "Delete here what is gone there and was not changed here"
            : "Delete here what this sync has brought and what is gone there"}
        </Checkbox>
      )}
      {isPull && (
        <Checkbox isSelected={search.follows ?? false} onChange={(follows) => enter({ follows })}>
          {followLabel}
        </Checkbox>
      )}
      {!isPull && !isBoth && (
        <ScopeFields
          dataset={dataset}
          value={{ kind: search.scope ?? "all", filter }}
          onChange={(next) => {
            if (next.filter !== filter) onFilter(next.filter);
            if (next.kind !== search.scope) enter({ scope: next.kind });
          }}
          error={faults["scope.filter"]}
        />
      )}
      {!isPull && (
        <>
          <DeletesFields
            connection={connection}
            value={search.deletes ?? usualDeletes}
            onChange={(deletes) => enter({ deletes })}
            faults={faults}
          />
          <Checkbox
            isSelected={search.typecast ?? false}
            onChange={(typecast) => enter({ typecast })}
          >
            Convert texts, and add choices that {wordsOf(connection.provider).name} does not know
            yet
          </Checkbox>
        </>
      )}
    </>
  );
}

/** What a run writes into. */
function targetOf({ dataset, table, isPull, isBoth }: Settled): string {
  if (isBoth) return `${dataset.name} and ${table.name}`;
  return isPull ? dataset.name : table.name;
}

function Summary({ settled }: { settled: Settled }) {
  const { dataset, connection, base, table, mapping, isPull, isBoth } = settled;
  const going = finishMapping(mapping, dataset.fields).length;
  const here = `${dataset.name}, ${formatAmount(dataset.records, "record")}`;
  const there = `${base.name} / ${table.name}`;
  const facts = [
    { label: isBoth ? "Here" : "From", value: isPull ? there : here },
    { label: isBoth ? "There" : "To", value: isPull ? here : there },
    { label: "By", value: connection.name },
    {
      label: "Fields",
      value: `${going} of ${dataset.fields.length} ${isPull ? "come" : isBoth ? "meet" : "go"}`,
    },
  ];
  return (
    <div className="card">
      <Facts facts={facts} />
    </div>
  );
}

interface Wish {
  name: string;
  typecast?: boolean;
  resend_unknown?: NonNullable<Sync["resend_unknown"]>;
  direction?: "pull" | "two_way";
  conflicts?: ConflictPolicy;
  wait_seconds?: number;
  gone?: NonNullable<Sync["gone"]>;
  scope?: SyncScope;
  deletes?: SyncDeletes;
  full_every_hours?: number;
  /** Whether it is run at once. */
  isRun: boolean;
}

function useCreation({ dataset, connection, base, table, mapping, isBoth, ways }: Settled) {
  const refresh = useRefresh();
  const navigate = useNavigate();
  const once = useOnce();
  return useMutation({
    mutationFn: async ({ isRun, ...wish }: Wish) => {
      const body = {
        ...wish,
        dataset_id: dataset.id,
        connection_id: connection.id,
        base_id: base.id,
        table_id: table.id,
        mapping: finishMapping(mapping, dataset.fields, isBoth ? ways : {}),
        remote_key_field_id: mapping[dataset.key_field] ?? "",
      };
      const header = once(body);
      const { data } = await client.POST("/syncs", { params: { header }, body });
      const { id } = data as Sync;
      return { id, run: isRun ? await startRun(id, header) : undefined };
    },
    onSuccess: async ({ id, run }) => {
      await refresh("/syncs", "/runs", "/system");
      if (run) await navigate({ to: "/runs/$id", params: { id: run.id } });
      else await navigate({ to: "/syncs/$id", params: { id } });
    },
  });
}

/** A run that cannot start is no failed creation: the sync's own page has the button for it. */
async function startRun(
  id: string,
  header: { "Idempotency-Key": string },
): Promise<Run | undefined> {
  try {
    const params = { path: { id }, header };
    const { data } = await client.POST("/syncs/{id}/runs", { params });
    return data;
  } catch {
    return undefined;
  }
}
