import { $api } from "../api/client";
import { useHealth } from "../api/health";
import type { RateLimit } from "../api/types";
import { Facts, FactsWaiting } from "../ui/facts";
import { formatCount, formatDuration, formatInstant } from "../ui/format";
import { Loaded } from "../ui/loaded";
import { Page, Panel } from "../ui/page";
import { Status } from "../ui/status";
import { type Column, Table, WaitingTable } from "../ui/table";
import { Ago } from "../ui/time";

/** What runs here, and what it lets be done how often. */
export function System() {
  const system = $api.useQuery("get", "/system");
  return (
    <Page title="System" lead="What runs here, and what it lets be done how often.">
      <div className="card">
        <Loaded query={system} waiting={<FactsWaiting count={6} />}>
          {({ version, started_at, now, sandbox }) => (
            <Facts
              facts={[
                { label: "State", value: <Health /> },
                { label: "Version", value: version },
                { label: "Started", value: <Ago time={started_at} /> },
                { label: "Its clock", value: formatInstant(now) },
                { label: "This browser’s clock", value: drift(now, system.dataUpdatedAt) },
                { label: "Sandbox", value: sandbox ? <a href={sandbox.url}>Runs</a> : "None" },
              ]}
            />
          )}
        </Loaded>
      </div>
      <Panel title="Limits">
        <p className="quiet-value">
          So much may be done at once; a limit that was used up comes back bit by bit, and is whole
          again in the time named.
        </p>
        <Limits />
      </Panel>
    </Page>
  );
}

/** Beyond this, signed tokens and times on screen begin to mislead. */
const mostDriftSeconds = 5;

/** How far this browser's clock is from the appliance's: what each showed when the answer came. */
function drift(now: string, receivedMs: number): string {
  const seconds = (receivedMs - new Date(now).getTime()) / 1_000;
  if (Math.abs(seconds) <= mostDriftSeconds) return "The same";
  return `${formatDuration(Math.abs(seconds))} ${seconds > 0 ? "ahead" : "behind"}`;
}

const columns: Column<RateLimit>[] = [
  {
    id: "name",
    head: "Limit",
    cell: ({ about, name }) => <span title={name}>{capitalised(about)}</span>,
  },
  { id: "scope", head: "Counted by", cell: ({ scope }) => countedBy[scope] },
  {
    id: "burst",
    head: "Allowed",
    isFigure: true,
    cell: ({ burst, per_seconds }) => `${formatCount(burst)} in ${formatDuration(per_seconds)}`,
  },
  { id: "left", head: "Left for you", isFigure: true, cell: (limit) => <Left limit={limit} /> },
  {
    id: "whole",
    head: "Whole again",
    isFigure: true,
    cell: ({ whole_in_seconds: seconds }) => {
      if (seconds === undefined) return "";
      return seconds > 0 ? `in ${formatDuration(seconds)}` : "Now";
    },
  },
];

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const countedBy: Record<RateLimit["scope"], string> = {
  user: "User",
  address: "Address",
  inlet: "Secret address",
  write_key: "Write key",
  link: "Link",
};

/** How much is left; in words too where it is nothing. */
function Left({ limit: { remaining } }: { limit: RateLimit }) {
  if (remaining === undefined) return "Not counted";
  if (remaining === 0) return <Status tone="bad" icon="close" label="None" />;
  return formatCount(remaining);
}

/** How often the limits are looked at: that counts against one of them itself. */
const lookEveryMs = 10_000;

function Limits() {
  const limits = $api.useQuery("get", "/system/rate-limits", {}, { refetchInterval: lookEveryMs });
  return (
    <Loaded query={limits} waiting={<WaitingTable columns={columns} rows={7} />}>
      {({ items }) => (
        <Table label="Limits" columns={columns} rows={items} rowId={({ name }) => name} isCards />
      )}
    </Loaded>
  );
}

/** Whether all can be written that is asked for. */
function Health() {
  const health = useHealth();
  if (health.isError) return <Status tone="warn" icon="help" label="Not known" />;
  if (!health.data) return <span className="skeleton line" />;
  const { trouble } = health.data;
  return trouble === undefined ? (
    <Status tone="good" icon="check" label="Reads and writes" />
  ) : (
    <Status tone="bad" icon="warning" label={troubles[trouble] ?? trouble.replaceAll("_", " ")} />
  );
}

/** What keeps the appliance from its work, by the code that refused requests get. */
const troubles: Record<string, string> = {
  audit_unavailable: "Reads only: the book cannot be written",
  storage_full: "Reads only: the disk is full",
  storage_unavailable: "The store does not answer",
};
