import { useState } from "react";
import { $api } from "../../api/client";
import type { Dataset, Inlet, MadeInlet } from "../../api/types";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/notice";
import { Panel } from "../../ui/page";
import { type Column, Table, WaitingTable } from "../../ui/table";
import { Ago } from "../../ui/time";
import { CreateInlet } from "./create";
import { Revocation, Rotation } from "./end";
import { InletSecrets } from "./secrets";

/** The secret addresses through which others write records into a dataset. */
export function Inlets({ dataset }: { dataset: Dataset }) {
  const [made, setMade] = useState<MadeInlet>();
  const [rotated, setRotated] = useState<Inlet>();
  const [doomed, setDoomed] = useState<Inlet>();
  const inlets = $api.useQuery("get", "/inlets", { params: { query: { limit: most } } });
  const items = inlets.data?.items.filter(({ dataset_id }) => dataset_id === dataset.id);
  const columns = columnsFor(setRotated, setDoomed);
  return (
    <Panel title="Secret addresses" aside={<CreateInlet dataset={dataset} onMade={setMade} />}>
      <p className="quiet-value">
        Whoever has one may create and change records here, such as a Zap that sends them, and do
        nothing else. No account is needed.
      </p>
      {inlets.isError && <Failure error={inlets.error} onRetry={() => inlets.refetch()} />}
      {inlets.isPending && <WaitingTable columns={columns} rows={1} />}
      {items?.length === 0 && <p className="quiet-value">None yet.</p>}
      {items && items.length > 0 && (
        <Table
          label="Secret addresses"
          columns={columns}
          rows={items}
          rowId={({ id }) => id}
          isCards
        />
      )}
      <Rotation inlet={rotated} onClose={() => setRotated(undefined)} onMade={setMade} />
      <Revocation inlet={doomed} onClose={() => setDoomed(undefined)} />
      <InletSecrets made={made} onClose={() => setMade(undefined)} />
    </Panel>
  );
}

/** Nobody has more. */
const most = 100;

function columnsFor(rotate: (inlet: Inlet) => void, revoke: (inlet: Inlet) => void) {
  const columns: Column<Inlet>[] = [
    { id: "name", head: "Name", cell: ({ name }) => name },
    { id: "hint", head: "Address", cell: ({ hint }) => <code>/in/{hint}</code> },
    {
      id: "signing",
      head: "Signature",
      cell: ({ signing }) => (signing === "required" ? "Needed" : "Checked if there is one"),
    },
    {
      id: "used",
      head: "Last used",
      cell: ({ used_at }) => (used_at ? <Ago time={used_at} /> : "Never"),
    },
    {
      id: "acts",
      head: <span className="visually-hidden">What can be done</span>,
      isFigure: true,
      cell: (inlet) => (
        <>
          <Button look="plain" aria-label={`Replace ${inlet.name}`} onPress={() => rotate(inlet)}>
            Replace
          </Button>{" "}
          <Button look="plain" aria-label={`Revoke ${inlet.name}`} onPress={() => revoke(inlet)}>
            Revoke
          </Button>
        </>
      ),
    },
  ];
  return columns;
}
