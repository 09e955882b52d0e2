import { Panel } from "../../ui/page";
import { NoteList } from "../notes/list";
import { notesIn, useNotes, withNotes } from "../notes/notes";
import { Chart } from "./chart";
import type { Metric, MetricId } from "./metrics";
import { dayMarks, hourMarks } from "./plot";
import { pointsOf } from "./points";
import { type Range, rangeWords } from "./range";
import type { Shown } from "./shown";
import { DayLink, Twin } from "./twin";

interface TrendProps {
  siteId: string;
  overview: Shown;
  metric: Metric<MetricId>;
  label: string;
  /** Whether the last step is not over yet. */
  isOpen: boolean;
  /** Shows one day alone. */
  onDay: (day: string) => void;
}

/** How one figure went over the range, beside what it is compared with. */
export function Trend({ siteId, overview, metric, label, isOpen, onDay }: TrendProps) {
  const notes = notesIn(useNotes(siteId).data?.items ?? [], overview);
  const isByHour = overview.hours !== undefined;
  const steps = pointsOf(overview, metric);
  const points = isByHour ? steps : withNotes(steps, notes);
  const hasBefore = points.some(({ before }) => before);
  const { currency } = overview;
  return (
    <Panel
      title={`${label} by ${isByHour ? "hour" : "day"}`}
      aside={<Legend range={overview} before={hasBefore ? overview.before : undefined} />}
    >
      <div className="card trend">
        <p className="quiet">{metric.about}</p>
        <Chart
          points={points}
          look={{ metric, label, currency, isOpen }}
          steps={isByHour ? "hours" : "days"}
          marksOf={isByHour ? hourMarks : dayMarks}
          onStep={isByHour ? undefined : onDay}
        />
        <Twin
          points={points}
          metric={metric}
          label={label}
          currency={currency}
          step={isByHour ? "Hour" : "Day"}
          cell={isByHour ? undefined : (point) => <DayLink point={point} />}
        />
        <NoteList siteId={siteId} notes={notes} day={overview.to} />
      </div>
    </Panel>
  );
}

interface LegendProps {
  range: Range;
  /** What is drawn beside it. */
  before: Range | undefined;
}

/** Which line is which. */
export function Legend({ range, before }: LegendProps) {
  return (
    <p className="legend">
      <span>
        <Sample look="plot-line" />
        {rangeWords(range)}
      </span>
      {before && (
        <span>
          <Sample look="plot-before" />
          {rangeWords(before)}
        </span>
      )}
    </p>
  );
}

function Sample({ look }: { look: string }) {
  return (
    <svg className="legend-line" viewBox="0 0 20 4" aria-hidden="true" focusable="false">
      <path className={look} d="M0 2h20" />
    </svg>
  );
}
