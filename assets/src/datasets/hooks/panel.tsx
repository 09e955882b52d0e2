import { useState } from "react";
import { $api } from "../../api/client";
import type { Dataset, Hook } from "../../api/types";
import { Button } from "../../ui/button";
import { formatAmount } from "../../ui/format";
import { Failure } from "../../ui/notice";
import { Panel } from "../../ui/page";
import { Status, type StatusWord } from "../../ui/status";
import { type Column, Table, WaitingTable } from "../../ui/table";
import { Ago } from "../../ui/time";
import { HookLetters } from "./letters";
import { nameOf } from "./name";
import { HookRemoval } from "./removal";

/** The addresses that are told what becomes of a dataset's records. */
export function Hooks({ dataset }: { dataset: Dataset }) {
  const [doomed, setDoomed] = useState<Hook>();
  const [read, setRead] = useState<Hook>();
  const hooks = $api.useQuery("get", "/hooks", { params: { query: { limit: most } } });
  const items = hooks.data?.items.filter(({ dataset_id }) => dataset_id === dataset.id);
  const columns = columnsFor(setDoomed, setRead);
  return (
    <Panel title="Hooks">
      <p className="quiet-value">
        Zaps and other programs that asked, with a token of yours, to be told what becomes of the
        records here. See the <a href="/handbook/zapier">handbook</a>.
      </p>
      {hooks.isError && <Failure error={hooks.error} onRetry={() => hooks.refetch()} />}
      {hooks.isPending && <WaitingTable columns={columns} rows={1} />}
      {items?.length === 0 && <p className="quiet-value">Nobody has asked yet.</p>}
      {items && items.length > 0 && (
        <Table label="Hooks" columns={columns} rows={items} rowId={({ id }) => id} isCards />
      )}
      <HookLetters hook={read} onClose={() => setRead(undefined)} />
      <HookRemoval hook={doomed} onClose={() => setDoomed(undefined)} />
    </Panel>
  );
}

/** Nobody has more. */
const most = 100;

const events: Record<Hook["event"], string> = {
  created: "New records",
  changed: "Changed records",
  deleted: "Deleted records",
};

function statusOf({ state }: Hook): StatusWord {
  switch (state) {
    case "active":
      return { tone: "good", icon: "check", label: "Active" };
    case "failing":
      return { tone: "warn", icon: "warning", label: "Failing" };
    case "stopped":
      return { tone: "bad", icon: "close", label: "Stopped" };
  }
}

function columnsFor(remove: (hook: Hook) => void, read: (hook: Hook) => void) {
  const columns: Column<Hook>[] = [
    { id: "name", head: "Hook", cell: nameOf },
    { id: "event", head: "Is told of", cell: ({ event }) => events[event] },
    { id: "state", head: "State", cell: (hook) => <State hook={hook} onRead={read} /> },
    { id: "waiting", head: "Waiting", isFigure: true, cell: waitingOf },
    {
      id: "delivered",
      head: "Last told",
      cell: ({ delivered_at }) => (delivered_at ? <Ago time={delivered_at} /> : "Never"),
    },
    {
      id: "acts",
      head: <span className="visually-hidden">What can be done</span>,
      isFigure: true,
      cell: (hook) => (
        <Button
          look="plain"
          aria-label={`Remove the hook ${nameOf(hook)}`}
          onPress={() => remove(hook)}
        >
          Remove
        </Button>
      ),
    },
  ];
  return columns;
}

/** The appliance counts no further. */
const countedTo = 1000;

function waitingOf({ waiting }: Hook): string {
  return waiting >= countedTo ? `${countedTo} or more` : `${waiting}`;
}

/** How a hook stands, and why it fails where it does. */
function State({ hook, onRead }: { hook: Hook; onRead: (hook: Hook) => void }) {
  return (
    <div>
      <Status {...statusOf(hook)} />
      {hook.failing_since && (
        <p className="quiet">
          Since <Ago time={hook.failing_since} />: {hook.reason}
        </p>
      )}
      {hook.dead_letters > 0 && (
        <p>
          <Button
            look="plain"
            aria-label={`${formatAmount(hook.dead_letters, "dead letter")} of ${nameOf(hook)}`}
            onPress={() => onRead(hook)}
          >
            {formatAmount(hook.dead_letters, "dead letter")}
          </Button>
        </p>
      )}
    </div>
  );
}
