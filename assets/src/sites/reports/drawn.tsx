import type { Report } from "../../api/types";
import { Select } from "../../ui/fields";
import { Panel } from "../../ui/page";
import { type DimensionId, dimensionOf } from "../filters/dimensions";
import { Chart } from "../overview/chart";
import { labelOf } from "../overview/metrics";
import { dayMarks } from "../overview/plot";
import { Legend } from "../overview/trend";
import { Twin } from "../overview/twin";
import { hasInside, inside } from "./inside";
import { reportMetricOf } from "./metrics";
import { Value } from "./narrow";
import { endsNow, evenMarks, pointsOf } from "./points";
import { pageRows, type Wanted } from "./search";
import { useShowReport } from "./show";

interface DrawingProps {
  /** Along its time, and the same over the days that those are compared with. */
  drawn: Report;
  before: Report | undefined;
  wanted: Wanted;
  /** The time along which it goes. */
  dimension: DimensionId;
  isDaily: boolean;
  /** Whether the last day is not over yet. */
  isOpen: boolean;
}

/** One of a report's figures over time; whatever else it tells apart is taken together. */
export function Drawn({ drawn: found, before, wanted, dimension, isDaily, isOpen }: DrawingProps) {
  const { drawn, metrics, dimensions } = wanted;
  const show = useShowReport();
  const metric = reportMetricOf(drawn);
  const label = labelOf(metric, isDaily);
  const step = dimensionOf(dimension);
  const points = pointsOf(found, before, dimension, metric);
  const { currency } = found;
  const into = (at: string) => inside(dimension, at, found, dimensions);
  return (
    <Panel
      title={`${label} by ${step.label.toLowerCase()}`}
      aside={<Legend range={found} before={before} />}
    >
      <div className="card trend">
        <p className="quiet">{metric.about}</p>
        {metrics.length > 1 && (
          <div className="toolbar">
            <Select
              label="Figure that is drawn"
              hideLabel
              options={metrics.map((id) => ({
                value: id,
                label: labelOf(reportMetricOf(id), isDaily),
              }))}
              value={drawn}
              onChange={(metric) => show({ metric, page: String(wanted.page) })}
            />
          </div>
        )}
        <Chart
          points={points}
          look={{ metric, label, currency, isOpen: isOpen && endsNow(dimension) }}
          steps={step.plural}
          marksOf={dimension === "day" ? dayMarks : evenMarks}
          onStep={hasInside(dimension) ? (at) => show(into(at) ?? {}) : undefined}
        />
        {(dimensions.length > 1 || points.length > pageRows) && (
          <Twin
            points={points}
            metric={metric}
            label={label}
            currency={currency}
            step={step.label}
            cell={({ at }) => <Value dimension={dimension} value={at} days={found} />}
          />
        )}
      </div>
    </Panel>
  );
}
