import type { Report, ReportQuery } from "../../api/types";
import type { Day } from "../../calendar/days";
import { Select } from "../../ui/fields";
import { Panel } from "../../ui/page";
import { type DimensionId, dimensionOf, isTime } from "../filters/dimensions";
import type { Questions } from "../filters/use-report";
import { Chart } from "../overview/chart";
import { labelOf } from "../overview/metrics";
import { dayMarks } from "../overview/plot";
import { comparedWith, isWithinReach, type Range } from "../overview/range";
import type { Compare } from "../overview/range-search";
import { Legend } from "../overview/trend";
import { Twin } from "../overview/twin";
import { reportMetricOf } from "./metrics";
import { endsNow, evenMarks, isComparable, pointsOf } from "./points";
import { visitsOf, type Wanted } from "./search";
import { useShowReport } from "./show";

/** No range has more days. */
const mostSteps = 1_000;

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

/** What the drawing of a report asks for; nothing where no time is told apart. */
export function drawingOf(
  { drawn, dimensions: [first], ...visits }: Wanted,
  days: Range & { compare: Compare },
  today: Day,
): Questions<"drawn" | "before"> {
  if (first === undefined || !isTime(first)) return {};
  const along: Omit<ReportQuery, "from" | "to"> = {
    ...visitsOf(visits),
    dimensions: [first],
    metrics: [drawn],
    sort: first,
    limit: mostSteps,
  };
  const compared = comparedWith(days, days.compare);
  const isPaired = compared !== undefined && isComparable(first, days, compared);
  const then = isPaired ? compared : undefined;
  // Of a step that has nothing now the rows do not tell what it had before.
  const before = then && isWithinReach(then, today);
  return {
    drawn: { ...days, ...along },
    before: before ? { ...then, ...along, compare: "none" } : undefined,
  };
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
  return (
    <Panel
      title={`${label} by ${step.label.toLowerCase()}`}
      aside={<Legend range={found} before={before} />}
    >
      <div className="card trend">
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
        />
        {dimensions.length > 1 && (
          <Twin
            points={points}
            metric={metric}
            label={label}
            currency={currency}
            step={step.label}
          />
        )}
      </div>
    </Panel>
  );
}
