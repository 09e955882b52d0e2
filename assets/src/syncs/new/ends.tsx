import { getRouteApi } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { rowsOf, useConnections, useDatasets } from "../../api/lists";
import { providerName } from "../../connections/state";
import { reaches } from "../../datasets/access";
import { Button } from "../../ui/button";
import { formatAmount } from "../../ui/format";
import { useEnter, useGo } from "./go";
import { onlyOne, Pick } from "./pick";

const route = getRouteApi("/signed-in/syncs/new");

/** Where the records come from, and by which access they go. */
export function ChooseEnds() {
  const datasets = rowsOf(useDatasets()).filter((dataset) => reaches(dataset, "use"));
  const connections = rowsOf(useConnections());
  const search = route.useSearch();
  const [enter, go] = [useEnter(), useGo()];
  const dataset = search.dataset ?? onlyOne(datasets);
  const connection = search.connection ?? onlyOne(connections);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void go({ dataset, connection, step: "table" });
  };
  return (
    <form className="form" onSubmit={submit}>
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
