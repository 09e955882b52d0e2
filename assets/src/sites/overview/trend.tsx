import { type KeyboardEvent, type PointerEvent, useId, useState } from "react";
import type { SiteOverview } from "../../api/types";
import { Panel } from "../../ui/page";
import { Drawing, Hits, type Look, Scale } from "./drawing";
import { Marker } from "./marker";
import type { Metric } from "./metrics";
import { dayMarks, type Frame, hourMarks, plotOf, stepAt } from "./plot";
import { type Point, pointsOf, seriesOf } from "./points";
import { rangeWords } from "./range";
import { Twin } from "./twin";
import { useWidth } from "./width";

interface TrendProps {
  overview: SiteOverview;
  metric: Metric;
  label: string;
  /** Whether the last step is not over yet. */
  isOpen: boolean;
  /** Shows one day alone. */
  onDay: (day: string) => void;
}

const height = 260;
/** A label below needs about so much room. */
const markRoom = 96;

/** How one figure went over the range, beside what it is compared with. */
export function Trend({ overview, metric, label, isOpen, onDay }: TrendProps) {
  const points = pointsOf(overview, metric);
  const isByHour = overview.hours !== undefined;
  return (
    <Panel
      title={`${label} by ${isByHour ? "hour" : "day"}`}
      aside={<Legend overview={overview} hasBefore={points.some(({ before }) => before)} />}
    >
      <div className="card trend">
        <Chart
          points={points}
          look={{ metric, label, currency: overview.currency, isOpen, isByHour }}
          onDay={isByHour ? undefined : onDay}
        />
        <Twin points={points} metric={metric} label={label} overview={overview} />
      </div>
    </Panel>
  );
}

function Legend({ overview, hasBefore }: { overview: SiteOverview; hasBefore: boolean }) {
  const { before } = overview;
  return (
    <p className="legend">
      <span>
        <Sample look="plot-line" />
        {rangeWords(overview)}
      </span>
      {before && hasBefore && (
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

interface ChartProps {
  points: readonly Point[];
  look: Look & { isByHour: boolean };
  onDay: ((day: string) => void) | undefined;
}

function Chart({ points, look, onDay }: ChartProps) {
  const [active, setActive] = useState<number>();
  const [ref, width] = useWidth();
  const about = useId();
  const frame: Frame = { width, height, left: 52, right: 12, top: 12, bottom: 26 };
  const { now, before } = seriesOf(points);
  const plot = plotOf(frame, points.length, [now, before], look.metric.unit === "count");
  const most = Math.max(2, Math.floor(width / markRoom));
  const names = points.map(({ at }) => at);
  const marks = look.isByHour ? hourMarks(names, most) : dayMarks(names, most);
  const point = active === undefined ? undefined : points[active];
  return (
    <>
      <p className="visually-hidden" id={about}>
        {summaryOf(points.length, look)}
      </p>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be drawn in */}
      <svg
        ref={ref}
        className={onDay ? "plot leading" : "plot"}
        viewBox={`0 0 ${width} ${height}`}
        role="group"
        aria-label={`${look.label}, step by step`}
        aria-describedby={about}
        onPointerMove={(event) => setActive(stepAt(plot, points.length, placeIn(event, width)))}
        onPointerLeave={() => setActive(undefined)}
        onClick={() => point && onDay?.(point.at)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && point) onDay?.(point.at);
          else walk(event, points.length);
        }}
      >
        <svg aria-hidden="true" focusable="false">
          <Scale plot={plot} frame={frame} points={points} marks={marks} look={look} />
          <Drawing plot={plot} now={now} before={before} isOpen={look.isOpen} />
          {active !== undefined && point && (
            <Marker plot={plot} frame={frame} step={active} point={point} look={look} />
          )}
        </svg>
        <Hits plot={plot} frame={frame} points={points} look={look} onFocus={setActive} />
      </svg>
    </>
  );
}

function summaryOf(steps: number, { isByHour }: { isByHour: boolean }): string {
  const word = isByHour ? "hours" : "days";
  return `A line over ${steps} ${word}. The arrow keys go from one to the next; the table below says the same.`;
}

/** Where the pointer is, in the units of the drawing. */
function placeIn({ clientX, currentTarget }: PointerEvent, width: number): number {
  const box = currentTarget.getBoundingClientRect();
  return ((clientX - box.left) / (box.width || width)) * width;
}

const steps: Record<string, (at: number, last: number) => number> = {
  ArrowLeft: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  Home: () => 0,
  End: (_at, last) => last,
};

/** Takes the keyboard from one step to another. */
function walk(event: KeyboardEvent<SVGSVGElement>, count: number): void {
  const step = steps[event.key];
  if (!step || !(event.target instanceof SVGElement)) return;
  const next = step(Number(event.target.dataset.step), count - 1);
  event.preventDefault();
  event.currentTarget.querySelector<SVGElement>(`[data-step="${next}"]`)?.focus();
}
