import type { ReactNode } from "react";
import { Panel } from "../../ui/page";
import { NoteList } from "../notes/list";
import { notesIn, useNotes, withNotes } from "../notes/notes";
import { Chart } from "./chart";
import type { Metric, MetricId } from "./metrics";
import { dayMarks, hourMarks } from "./plot";
import { type Point, pointsOf } from "./points";
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
  return (
    <Drawing
      overview={overview}
      metric={metric}
      label={label}
      isOpen={isOpen}
      points={isByHour ? steps : withNotes(steps, notes)}
      onDay={onDay}
    >
      <NoteList siteId={siteId} notes={notes} day={overview.to} />
    </Drawing>
  );
}

interface DrawingProps extends Omit<TrendProps, "siteId" | "onDay"> {
  points: readonly Point[];
  /** Shows one day alone; a day leads nowhere without it. */
  onDay?: (day: string) => void;
  children?: ReactNode;
}

/** The line of a figure, and the same as a table. */
export function Drawing(props: DrawingProps) {
  const { overview, metric, label, isOpen, points, onDay, children } = props;
  const isByHour = overview.hours !== undefined;
  const leads = onDay !== undefined && !isByHour;
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
          onStep={leads ? onDay : undefined}
        />
        <Twin
          points={points}
          metric={metric}
          label={label}
          currency={currency}
          step={isByHour ? "Hour" : "Day"}
          cell={leads ? (point) => <DayLink point={point} /> : undefined}
        />
        {children}
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
