import type { RealTime } from "../../api/types";
import { formatAmount, formatCount } from "../../ui/format";
import { Panel } from "../../ui/page";
import { type Column, Table } from "../../ui/table";
import { type DimensionId, dimensionOf, valueWords } from "../filters/dimensions";
import { Lead } from "../overview/lead";
import { OnBar } from "../overview/on-bar";

type Lines = RealTime["pages"];
type Line = Lines["lines"][number];

/** Where active visitors are, and how they came. */
export function ActiveNow({ now }: { now: RealTime }) {
  return (
    <div className="breakdowns">
      <List title="Pages" dimension="page" table={now.pages} />
      <List title="Channels" dimension="channel" table={now.channels} />
      <List title="Sources" dimension="source" table={now.sources} />
      <List title="Campaigns" dimension="campaign" table={now.campaigns} />
    </div>
  );
}

interface ListProps {
  title: string;
  dimension: DimensionId;
  table: Lines;
}

function List({ title, dimension, table: { lines, total } }: ListProps) {
  const { label, plural } = dimensionOf(dimension);
  const largest = Math.max(1, ...lines.map(({ visitors }) => visitors));
  const columns: Column<Line>[] = [
    {
      id: "value",
      head: label,
      cell: ({ value, visitors }) => (
        <OnBar share={visitors / largest} title={valueWords(dimension, value)}>
          <Lead dimension={dimension} values={[value]} isNow>
            {valueWords(dimension, value)}
          </Lead>
        </OnBar>
      ),
    },
    {
      id: "visitors",
      head: "Visitors",
      isFigure: true,
      cell: ({ visitors }) => formatCount(visitors),
    },
    { id: "views", head: "Page views", isFigure: true, cell: ({ views }) => formatCount(views) },
  ];
  return (
    <Panel title={title}>
      <div className="breakdown">
        {lines.length === 0 ? (
          <p className="breakdown-none">Nobody is here.</p>
        ) : (
          <Table label={title} columns={columns} rows={lines} rowId={({ value }) => value} />
        )}
        {lines.length < total && (
          <div className="breakdown-rest">
            <span className="quiet">
              The first {lines.length} of {formatAmount(total, plural.replace(/s$/, ""))}
            </span>
          </div>
        )}
      </div>
    </Panel>
  );
}
