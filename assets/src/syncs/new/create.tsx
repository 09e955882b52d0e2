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
import { finishMapping } from "../mapping";
import { scopeOf } from "../scope";
import { ScopeFields } from "../scope-fields";
import { useEnter, useGo } from "./go";
import type { Settled } from "./settled";

const route = getRouteApi("/signed-in/syncs/new");

/** All that was settled, once more; then it is made, and run where that is wished. */
export function Create({ settled }: { settled: Settled }) {
  const { dataset, connection, base, isPull } = settled;
  const search = route.useSearch();
  const [enter, go] = [useEnter(), useGo()];
  const [name, setName] = useTyped(
    search.name ?? "",
    (name) => enter({ name }),
    isPull ? `${base.name} to ${dataset.name}` : `${dataset.name} to ${base.name}`,
  );
  const [filter, setFilter] = useTyped(search.filter ?? "", (filter) => enter({ filter }), "");
  const deletes = search.deletes ?? usualDeletes;
  const mayRun = useMay("sync:run");
  const create = useCreation(settled);
  const start = (isRun: boolean) =>
    create.mutate({
      name,
      ...(isPull
        ? { direction: "pull", gone: search.gone ? "delete" : "keep" }
        : {
            typecast: search.typecast ?? false,
            scope: scopeOf(search.scope ?? "all", filter),
            deletes,
          }),
      isRun: isRun && mayRun,
    });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start(true);
  };
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
      {isPull ? (
        <Checkbox isSelected={search.gone ?? false} onChange={(gone) => enter({ gone })}>
          Delete here what this sync has brought and what is gone there
        </Checkbox>
      ) : (
        <>
          <ScopeFields
            dataset={dataset}
            value={{ kind: search.scope ?? "all", filter }}
            onChange={(next) => {
              if (next.filter !== filter) setFilter(next.filter);
              if (next.kind !== search.scope) enter({ scope: next.kind });
            }}
            error={fieldMessages(create.error)["scope.filter"]}
          />
          <DeletesFields
            connection={connection}
            value={deletes}
            onChange={(deletes) => enter({ deletes })}
            faults={fieldMessages(create.error)}
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
      <Failure error={create.error} shown={["name", "scope.filter"]} />
      <div className="actions">
        <Button look="primary" type="submit" isDisabled={create.isPending}>
          {mayRun ? "Create and run" : "Create sync"}
        </Button>
        {mayRun && (
          <Button isDisabled={create.isPending} onPress={() => start(false)}>
            Create sync
          </Button>
        )}
        <Button onPress={() => go({ step: "mapping" })}>Back</Button>
      </div>
      <p className="quiet">
        Created alone, nothing is written before you start a run. A run writes into{" "}
        {isPull ? dataset.name : settled.table.name} only what differs.
      </p>
    </form>
  );
}

function Summary({ settled }: { settled: Settled }) {
  const { dataset, connection, base, table, mapping, isPull } = settled;
  const going = finishMapping(mapping, dataset.fields).length;
  const here = `${dataset.name}, ${formatAmount(dataset.records, "record")}`;
  const there = `${base.name} / ${table.name}`;
  const facts = [
    { label: "From", value: isPull ? there : here },
    { label: "To", value: isPull ? here : there },
    { label: "By", value: connection.name },
    {
      label: "Fields",
      value: `${going} of ${dataset.fields.length} ${isPull ? "come" : "go"}`,
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
  direction?: "pull";
  gone?: NonNullable<Sync["gone"]>;
  scope?: SyncScope;
  deletes?: SyncDeletes;
  /** Whether it is run at once. */
  isRun: boolean;
}

function useCreation({ dataset, connection, base, table, mapping }: Settled) {
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
        mapping: finishMapping(mapping, dataset.fields),
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
