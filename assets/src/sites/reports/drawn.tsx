import type { ReportQuery } from "../../api/types";
import { Select } from "../../ui/fields";
import { Loaded } from "../../ui/loaded";
import { Panel } from "../../ui/page";
import { type DimensionId, dimensionOf } from "../filters/dimensions";
import { useReport } from "../filters/use-report";
import { Chart } from "../overview/chart";
import { labelOf } from "../overview/metrics";
import { dayMarks } from "../overview/plot";
import { Legend } from "../overview/trend";
import { Twin } from "../overview/twin";
import { reportMetricOf } from "./metrics";
import { endsNow, evenMarks, isComparable, pointsOf } from "./points";
import type { Wanted } from "./search";
import { useShowReport } from "./show";

/** No range has more days. */
const mostSteps = 1_000;

interface DrawnProps {
  siteId: string;
  wanted: Wanted;
  /** Days and comparison. */
  days: Pick<ReportQuery, "from" | "to" | "compare">;
  /** The time along which it goes. */
  dimension: DimensionId;
  isDaily: boolean;
  /** Whether the last day is not over yet. */
  isOpen: boolean;
}

/** One of a report's figures over time; whatever else it tells apart is taken together. */
export function Drawn({ siteId, wanted, days, dimension, isDaily, isOpen }: DrawnProps) {
  const { drawn, metrics, filters, dimensions } = wanted;
  const show = useShowReport();
  const along: Omit<ReportQuery, "from" | "to"> = {
    filters,
    dimensions: [dimension],
    metrics: [drawn],
    sort: dimension,
    limit: mostSteps,
  };
  const report = useReport(siteId, { ...days, ...along });
  const then = isComparable(dimension) ? report.data?.before : undefined;
  // Of a step that has nothing now the rows do not tell what it had before.
  const before = useReport(
    siteId,
    { ...(then ?? days), ...along, compare: "none" },
    { enabled: then !== undefined },
  );
  const known = then && before.data?.from === then.from ? before.data : undefined;
  const metric = reportMetricOf(drawn);
  const label = labelOf(metric, isDaily);
  const step = dimensionOf(dimension);
  return (
    <Panel
      title={`${label} by ${step.label.toLowerCase()}`}
      aside={report.data && <Legend range={report.data} before={known} />}
    >
      <div className="card trend" data-old={report.isPlaceholderData || undefined}>
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
        <Loaded query={report}>
          {(found) => {
            const points = pointsOf(found, known, dimension, metric);
            const { currency } = found;
            return (
              <>
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
              </>
            );
          }}
        </Loaded>
      </div>
    </Panel>
  );
}
