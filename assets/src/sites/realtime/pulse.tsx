import type { RealTime } from "../../api/types";
import { formatCount } from "../../ui/format";
import { Panel } from "../../ui/page";
import { type Column, Table } from "../../ui/table";
import { Chart } from "../overview/chart";
import { metricOf } from "../overview/metrics";
import { hourMarks } from "../overview/plot";
import { hoursOf, minuteMarks, minutesOf, type Named } from "./steps";

/** How it went in the last minutes and hours. */
export function Pulse({ now }: { now: RealTime }) {
  const { currency } = now;
  return (
    <>
      <Stretch
        title="Page views by minute"
        step="Minute"
        points={minutesOf(now)}
        currency={currency}
        marksOf={minuteMarks}
      />
      <Stretch
        title="Page views by hour"
        step="Hour"
        points={hoursOf(now)}
        currency={currency}
        marksOf={hourMarks}
      />
    </>
  );
}

interface StretchProps {
  title: string;
  /** What one step is called: "Minute". */
  step: string;
  points: readonly Named[];
  currency: string;
  marksOf: (names: readonly string[], most: number) => number[];
}

function Stretch({ title, step, points, currency, marksOf }: StretchProps) {
  const metric = metricOf("views");
  return (
    <Panel title={title}>
      <div className="card trend">
        <Chart
          points={points}
          look={{ metric, label: metric.label, currency, isOpen: true, shape: "bars" }}
          steps={`${step.toLowerCase()}s`}
          marksOf={marksOf}
        />
        <details className="disclosure">
          <summary>The same as a table</summary>
          <div>
            <Table
              label={title}
              columns={columnsOf(step)}
              rows={points.toReversed()}
              rowId={({ at }) => at}
            />
          </div>
        </details>
      </div>
    </Panel>
  );
}

function columnsOf(step: string): Column<Named>[] {
  return [
    { id: "at", head: step, cell: ({ label }) => label },
    count("views", "Page views"),
    count("events", "Events"),
    count("conversions", "Conversions"),
  ];
}

function count(id: "views" | "events" | "conversions", head: string): Column<Named> {
  return { id, head, isFigure: true, cell: (point) => formatCount(point[id]) };
}
