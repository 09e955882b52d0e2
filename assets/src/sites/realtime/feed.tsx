import type { RealTime } from "../../api/types";
import { formatAmount, formatCount } from "../../ui/format";
import { Panel } from "../../ui/page";
import { type Column, Table } from "../../ui/table";
import { Ago } from "../../ui/time";

type Refusal = RealTime["feed"]["refused"][number];

const reasons: Record<Refusal["code"], string> = {
  bad_json: "It is no JSON",
  invalid: "A member is missing or wrong",
  too_large: "It is too large",
  too_old: "It happened more than 7 days ago",
  in_future: "It is yet to happen",
  foreign_url: "Its page is none of this site’s",
  personal_data: "It has personal data in it",
  bot: "A program did it",
  opted_out: "The browser asks not to be counted",
  other_currency: "It is in another currency",
  no_visitor: "Nobody can say who did it",
  secret_key_only: "Only a server may say that",
};

/** Whether what feeds the site does so, and what of it is not counted. */
export function Feed({ now: { feed } }: { now: RealTime }) {
  const { last_event_at, counted_since, accepted, doubled, refused } = feed;
  const columns: Column<Refusal>[] = [
    { id: "code", head: "Not counted because", cell: ({ code }) => reasons[code] },
    { id: "count", head: "Events", isFigure: true, cell: ({ count }) => formatCount(count) },
  ];
  return (
    <Panel title="What comes in">
      <p className="quiet">
        {last_event_at ? (
          <>
            The last event came <Ago time={last_event_at} />.
          </>
        ) : (
          "No event has come yet."
        )}{" "}
        Since <Ago time={counted_since} /> {formatAmount(accepted, "event")} were counted,{" "}
        {formatCount(doubled)} had been before, and{" "}
        {refused.length === 0 ? "none was refused." : "some were refused:"}
      </p>
      {refused.length > 0 && (
        <Table
          label="Events that were not counted"
          columns={columns}
          rows={refused}
          rowId={({ code }) => code}
        />
      )}
    </Panel>
  );
}
