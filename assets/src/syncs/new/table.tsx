import { getRouteApi } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { useBases, useTables } from "../../connections/bases";
import { Button } from "../../ui/button";
import { formatAmount } from "../../ui/format";
import { Loaded } from "../../ui/loaded";
import { SkeletonRows } from "../../ui/skeleton";
import { useEnter, useGo } from "./go";
import { onlyOne, Pick } from "./pick";

const route = getRouteApi("/signed-in/syncs/new");

/** The table at the other end, as the vendor lists them now. */
export function ChooseTable() {
  const search = route.useSearch();
  const { connection = "" } = search;
  const bases = useBases(connection);
  const base = search.base ?? onlyOne(bases.data?.items ?? []);
  const tables = useTables(connection, base ?? "", base !== undefined);
  const table = search.table ?? onlyOne(tables.data?.items ?? []);
  const [enter, go] = [useEnter(), useGo()];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void go({ base, table, step: "mapping" });
  };
  return (
    <form className="form" onSubmit={submit}>
      <Loaded query={bases} waiting={<SkeletonRows rows={1} />}>
        {({ items }) => (
          <Pick label="Base" from={items} chosen={base} onChoose={(base) => enter({ base })} />
        )}
      </Loaded>
      {base && (
        <Loaded query={tables} waiting={<SkeletonRows rows={1} />}>
          {({ items }) => (
            <Pick
              label="Table"
              from={items}
              note={({ any_names, fields }) =>
                any_names ? "values of any name" : formatAmount(fields.length, "field")
              }
              chosen={table}
              onChoose={(table) => enter({ base, table })}
            />
          )}
        </Loaded>
      )}
      <div className="actions">
        <Button look="primary" type="submit" isDisabled={!base || !table}>
          Continue
        </Button>
        <Button onPress={() => go({ step: "ends" })}>Back</Button>
      </div>
    </form>
  );
}
