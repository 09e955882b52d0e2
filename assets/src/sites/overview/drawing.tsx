import { writeFigure, writeTick } from "./figures";
import type { Metric } from "./metrics";
import { areaOf, type Frame, lineOf, loneSteps, type Plot, type Series } from "./plot";
import type { Point } from "./points";

/** What a chart is of. */
export interface Look {
  metric: Metric;
  label: string;
  currency: string;
  /** Whether the last step is not over yet. */
  isOpen: boolean;
  /** A line through all steps, or a bar for each. */
  shape?: "line" | "bars";
}

interface ScaleProps {
  plot: Plot;
  frame: Frame;
  points: readonly Point[];
  /** The steps that are named below. */
  marks: readonly number[];
  look: Look;
}

/** The lines behind, and what is written at the edges. */
export function Scale({ plot, frame, points, marks, look }: ScaleProps) {
  const { metric, currency } = look;
  const { width, height, left, right } = frame;
  return (
    <g className="plot-scale">
      {plot.levels.map((level) => (
        <g key={level}>
          <path d={`M${left} ${plot.y(level)}H${width - right}`} />
          <text x={left - 8} y={plot.y(level)} textAnchor="end" dominantBaseline="middle">
            {writeTick(level, metric.unit, currency)}
          </text>
        </g>
      ))}
      {marks.map((step) => (
        <text key={step} x={plot.x(step)} y={height - 6} textAnchor={anchorOf(step, points.length)}>
          {points[step]?.mark}
        </text>
      ))}
    </g>
  );
}

/** What is written at either end stays within the drawing. */
function anchorOf(step: number, count: number): "start" | "middle" | "end" {
  if (count === 1) return "middle";
  if (step === 0) return "start";
  return step === count - 1 ? "end" : "middle";
}

interface NotedProps {
  plot: Plot;
  frame: Frame;
  points: readonly Point[];
}

/** Where something is to be known of a step. */
export function Noted({ plot, frame, points }: NotedProps) {
  const base = frame.height - frame.bottom;
  return points.map(
    ({ at, notes }, step) =>
      notes && (
        <path key={at} className="plot-note" d={`M${plot.x(step)} ${base - 5}l5 5l-5 5l-5 -5z`} />
      ),
  );
}

interface DrawingProps {
  plot: Plot;
  now: Series;
  before: Series;
  isOpen: boolean;
}

/** Both lines; what is not over yet is dotted. */
export function Drawing({ plot, now, before, isOpen }: DrawingProps) {
  const last = now.length - 1;
  const closed = isOpen ? last - 1 : last;
  return (
    <g>
      <path className="plot-before" d={lineOf(plot, before)} />
      <path className="plot-area" d={areaOf(plot, now)} />
      <path className="plot-line" d={lineOf(plot, now, 0, closed)} />
      {isOpen && <path className="plot-line open" d={lineOf(plot, now, last - 1)} />}
      <Dots plot={plot} series={before} look="plot-dot before" />
      <Dots plot={plot} series={now} look="plot-dot" />
    </g>
  );
}

interface BarsProps {
  plot: Plot;
  series: Series;
  isOpen: boolean;
}

/** A bar for each step; what is not over yet is paler. */
export function Bars({ plot, series, isOpen }: BarsProps) {
  const width = Math.max(1, 0.7 * roomOf(plot));
  const last = series.length - 1;
  return series.map((value, step) => {
    const top = plot.y(value ?? 0);
    return (
      <rect
        // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
        key={step}
        className={isOpen && step === last ? "plot-bar open" : "plot-bar"}
        x={plot.x(step) - width / 2}
        y={top}
        width={width}
        height={plot.y(0) - top}
      />
    );
  });
}

/** How far it is from one step to the next. */
function roomOf(plot: Plot): number {
  return plot.x(1) - plot.x(0);
}

interface DotsProps {
  plot: Plot;
  series: Series;
  look: string;
}

/** What stands alone, and would not be seen as a line. */
function Dots({ plot, series, look }: DotsProps) {
  return loneSteps(series).map((step) => (
    <circle key={step} className={look} cx={plot.x(step)} cy={plot.y(series[step] ?? 0)} r="4" />
  ));
}

interface HitsProps {
  plot: Plot;
  frame: Frame;
  points: readonly Point[];
  look: Look;
  onFocus: (step: number | undefined) => void;
}

/** Where the keyboard stands, step by step; Tab comes to the last one. */
export function Hits({ plot, frame, points, look, onFocus }: HitsProps) {
  const room = points.length > 1 ? plot.x(1) - plot.x(0) : frame.width - frame.left - frame.right;
  return points.map((point, step) => (
    // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: a figure to be reached and read, nothing to press
    <rect
      key={point.at}
      className="plot-hit"
      x={plot.x(step) - room / 2}
      y={frame.top}
      width={room}
      height={frame.height - frame.top - frame.bottom}
      data-step={step}
      tabIndex={step === points.length - 1 ? 0 : -1}
      role="img"
      aria-label={wordsOf(point, look)}
      onFocus={() => onFocus(step)}
      onBlur={() => onFocus(undefined)}
    />
  ));
}

/** "Fri 27 Nov: 1,234. Before, Fri 30 Oct: 1,100." */
function wordsOf(point: Point, { metric, currency }: Look): string {
  const { label, value, before, notes = [] } = point;
  const write = (value: number | undefined) =>
    value === undefined ? "none" : writeFigure(value, metric.unit, currency);
  const now = `${label}: ${write(value)}.`;
  const then = before ? ` Before, ${before.label}: ${write(before.value)}.` : "";
  return [now + then, ...notes.map((note) => `Note: ${note}.`)].join(" ");
}
