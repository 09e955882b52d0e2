import { getRouteApi } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { rowsOf, useConnections, useDatasets } from "../../api/lists";
import { advertises } from "../../connections/providers";
import { providerName } from "../../connections/state";
import { reaches } from "../../datasets/access";
import { Button } from "../../ui/button";
import { Select } from "../../ui/fields";
import { formatAmount } from "../../ui/format";
import { useEnter, useGo } from "./go";
import { onlyOne, Pick } from "./pick";

const directions = [
  { value: "push", label: "Push", note: "From the dataset into a table" },
  { value: "pull", label: "Pull", note: "From a table into the dataset" },
  { value: "two_way", label: "Two-way", note: "What either side has changed comes to the other" },
] as const;

const route = getRouteApi("/signed-in/syncs/new");

/** Which way records go, between which ends, and by which access. */
export function ChooseEnds() {
  const search = route.useSearch();
  const needed = search.direction ? "edit" : "use";
  const datasets = rowsOf(useDatasets()).filter((dataset) => reaches(dataset, needed));
  const connections = rowsOf(useConnections()).filter(({ provider }) => !advertises(provider));
  const [enter, go] = [useEnter(), useGo()];
  const dataset = search.dataset ?? onlyOne(datasets);
  const connection = search.connection ?? onlyOne(connections);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void go({ dataset, connection, step: "table" });
  };
  return (
    <form className="form" onSubmit={submit}>
      <Select
        label="Direction"
        help={directions.find(({ value }) => value === (search.direction ?? "push"))?.note}
        options={directions}
        value={search.direction ?? "push"}
        onChange={(direction) => enter({ direction: direction === "push" ? undefined : direction })}
      />
      <Pick
        label="Dataset"
        from={datasets}
        note={({ records, shared_by }) =>
          shared_by
            ? `${formatAmount(records, "record")}, shared by ${shared_by}`
            : formatAmount(records, "record")
        }
        chosen={dataset}
        onChoose={(dataset) => enter({ dataset })}
      />
      <Pick
        label="Connection"
        from={connections}
        note={providerName}
        chosen={connection}
        onChoose={(connection) => enter({ connection })}
      />
      <div className="actions">
        <Button look="primary" type="submit" isDisabled={!dataset || !connection}>
          Continue
        </Button>
      </div>
    </form>
  );
}
