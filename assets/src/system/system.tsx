import { $api } from "../api/client";
import { Facts, FactsWaiting } from "../ui/facts";
import { formatCount, formatDuration, formatInstant } from "../ui/format";
import { Loaded } from "../ui/loaded";
import { Page, Panel } from "../ui/page";
import { type Column, Table, WaitingTable } from "../ui/table";
import { Ago } from "../ui/time";

/** What runs here, and what it lets be done how often. */
export function System() {
  const system = $api.useQuery("get", "/system");
  return (
    <Page title="System" lead="What runs here, and what it lets be done how often.">
      <div className="card">
        <Loaded query={system} waiting={<FactsWaiting count={5} />}>
          {({ version, started_at, now, sandbox }) => (
            <Facts
              facts={[
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
          So much may be done at once; in the time named, a limit that was used up comes back whole.
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

interface Limit {
  name: string;
  burst: number;
  per_seconds: number;
}

const columns: Column<Limit>[] = [
  { id: "name", head: "Limit", cell: ({ name }) => name.replaceAll("_", " ") },
  { id: "burst", head: "At once", isFigure: true, cell: ({ burst }) => formatCount(burst) },
  {
    id: "per",
    head: "Whole again in",
    isFigure: true,
    cell: ({ per_seconds }) => formatDuration(per_seconds),
  },
];

function Limits() {
  const limits = $api.useQuery("get", "/system/rate-limits");
  return (
    <Loaded query={limits} waiting={<WaitingTable columns={columns} rows={7} />}>
      {({ items }) => (
        <Table label="Limits" columns={columns} rows={items} rowId={({ name }) => name} />
      )}
    </Loaded>
  );
}
