import { getRouteApi } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import { Panel } from "../../ui/page";
import { changesOf } from "../mapping";
import { MappingEditor } from "../mapping-editor";
import { scopeOf } from "../scope";
import { useEnter, useGo } from "./go";
import { LivePreview } from "./preview";
import { PullPreview } from "./pull-preview";
import type { NewSyncSearch } from "./search";
import type { Settled } from "./settled";

const route = getRouteApi("/signed-in/syncs/new");

/** What goes where: proposed by the appliance, settled by the user, shown with real records. */
export function MapFields({ settled }: { settled: Settled }) {
  const { dataset, table, proposal, proposed, mapping, isPull, isBoth, ways } = settled;
  const search = route.useSearch();
  const hasScope = !table.any_names;
  const [enter, go] = [useEnter(), useGo()];
  const reasons = Object.fromEntries(proposal.mapping.map(({ field, reason }) => [field, reason]));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void go({ step: "create" });
  };
  return (
    <form className="form wide" onSubmit={submit}>
      <p className="quiet-value">
        {isPull
          ? `${dataset.key_field} tells records apart here: the field that it comes from must hold another value in each row, and in each row one.`
          : table.any_names
            ? `Each value goes under the name that it has here. ${dataset.key_field} tells records apart; the names delivery_id and change are taken.`
            : `Records meet where ${dataset.key_field} equals the field that it goes into, so its values there must differ from record to record.`}
      </p>
      <Problems problems={proposal.problems} />
      <MappingEditor
        dataset={dataset}
        table={table}
        mapping={mapping}
        reasons={reasons}
        faults={{}}
        isPull={isPull}
        {...(isBoth ? { ways, onWays: (ways) => enter({ ways }) } : {})}
        onChange={(mapping) => enter({ map: changesOf(proposed, mapping) })}
      />
      {!isPull && (
        <Panel title={isBoth ? `To ${table.name} there` : `So it will look in ${table.name}`}>
          <LivePreview settled={settled} scope={hasScope ? scopeIn(search) : allRecords} />
          <p className="quiet">
            The values are shown as they are here.{" "}
            {!table.any_names &&
              "Which of them the table would not take, a plan of the sync tells before anything is written."}
          </p>
        </Panel>
      )}
      {(isPull || isBoth) && (
        <Panel title={isBoth ? `To ${dataset.name} here` : `So it will look in ${dataset.name}`}>
          <PullPreview settled={settled} />
          {isBoth && (
            <p className="quiet">
              Where both sides have a record of the same key, the two become one.
            </p>
          )}
        </Panel>
      )}
      <div className="actions">
        <Button look="primary" type="submit" isDisabled={!mapping[dataset.key_field]}>
          Continue
        </Button>
        <Button onPress={() => go({ step: "table" })}>Back</Button>
      </div>
    </form>
  );
}

const allRecords = scopeOf("all", "");

function scopeIn({ scope = "all", filter = "" }: NewSyncSearch) {
  return scopeOf(scope, filter);
}

function Problems({ problems }: { problems: readonly string[] }) {
  if (problems.length === 0) return null;
  return (
    <Notice tone="warn" title="Look at this first">
      <ul>
        {problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </Notice>
  );
}
