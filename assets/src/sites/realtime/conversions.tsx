import type { RealTime } from "../../api/types";
import { Panel } from "../../ui/page";
import { type Column, Table } from "../../ui/table";
import { Ago } from "../../ui/time";
import { type DimensionId, valueWords } from "../filters/dimensions";
import { writeMoney } from "../overview/figures";
import { Lead } from "../overview/lead";

type Conversion = RealTime["conversions"][number];

/** What was converted last. */
export function Conversions({ now: { conversions, currency } }: { now: RealTime }) {
  const columns: Column<Conversion>[] = [
    { id: "at", head: "When", cell: ({ at }) => <Ago time={at} /> },
    { id: "event", head: "Event", cell: ({ event }) => event },
    {
      id: "value",
      head: "Value",
      isFigure: true,
      cell: ({ value }) => (value === undefined ? "–" : writeMoney(value, currency)),
    },
    { id: "channel", head: "Channel", cell: ({ channel }) => today("channel", channel) },
    {
      id: "page",
      head: "Landing page",
      cell: ({ landing_page }) => today("landing_page", landing_page),
    },
  ];
  return (
    <Panel title="Latest conversions">
      {conversions.length === 0 ? (
        <p className="quiet">No lead and no purchase in the last 24 hours.</p>
      ) : (
        <Table
          label="Latest conversions"
          columns={columns}
          rows={conversions}
          rowId={({ at }, place) => `${at} ${place}`}
          isCards
        />
      )}
    </Panel>
  );
}

/** Leads to today's visits of that value. */
function today(dimension: DimensionId, value: string) {
  return (
    <Lead dimension={dimension} values={[value]} isNow>
      {valueWords(dimension, value)}
    </Lead>
  );
}
