import { useMutation } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { client } from "../../api/client";
import { useOnce } from "../../api/once";
import { fieldMessages } from "../../api/problem";
import { useRefresh } from "../../api/queries";
import { useMay } from "../../api/session";
import type { Run, Sync, SyncDeletes, SyncScope } from "../../api/types";
import { Button } from "../../ui/button";
import { Facts } from "../../ui/facts";
import { TextField } from "../../ui/fields";
import { formatAmount } from "../../ui/format";
import { Failure } from "../../ui/notice";
import { useTyped } from "../../ui/typed";
import { finishMapping } from "../mapping";
import type { ConflictPolicy } from "../meeting-fields";
import { useEnter, useGo } from "./go";
import { Rules, rulesOf } from "./rules";
import type { Settled } from "./settled";
import { useTypedRules } from "./typed-rules";

const route = getRouteApi("/signed-in/syncs/new");

/** The members whose faults stand at their fields. */
const shown = ["name", "scope.filter", "gone_most", "gone_percent", "full_every_hours"];

/** All that was settled, once more; then it is made, and run where that is wished. */
export function Create({ settled }: { settled: Settled }) {
  const search = route.useSearch();
  const [enter, go] = [useEnter(), useGo()];
  const [name, setName] = useTyped(
    search.name ?? "",
    (name) => enter({ name }),
    usualName(settled),
  );
  const rules = useTypedRules(settled);
  const mayRun = useMay("sync:run");
  const create = useCreation(settled);
  const isOdd = Object.keys(rules.odd).length > 0;
  const start = (isRun: boolean) =>
    create.mutate({ name, ...rulesOf(settled, search, rules), isRun: isRun && mayRun });
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
        rules={rules}
        faults={{ ...fieldMessages(create.error), ...rules.odd }}
      />
      <Failure error={create.error} shown={shown} />
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
  gone_most?: number;
  gone_percent?: number;
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
