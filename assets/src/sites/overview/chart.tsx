import { type KeyboardEvent, type PointerEvent, useEffect, useId, useRef, useState } from "react";
import { Bars, Drawing, Hits, type Look, Noted, Scale } from "./drawing";
import { Marker } from "./marker";
import { type Frame, plotOf, stepAt } from "./plot";
import { type Point, seriesOf } from "./points";
import { useWidth } from "./width";

const height = 260;
/** A label below needs about so much room. */
const markRoom = 96;

interface ChartProps {
  points: readonly Point[];
  look: Look;
  /** What its steps are called together: "days". */
  steps: string;
  /** Which steps are written below, at most about so many. */
  marksOf: (names: readonly string[], most: number) => number[];
  /** Opens one step, where there is more to see of it. */
  onStep?: ((at: string) => void) | undefined;
}

/** One figure over time, as a line; the keyboard walks it step by step. */
export function Chart({ points, look, steps, marksOf, onStep }: ChartProps) {
  const [active, setActive] = useState<number>();
  const [ref, width] = useWidth();
  const about = useId();
  const keepKeyboard = useKeyboardIn(points);
  const frame: Frame = { width, height, left: 52, right: 12, top: 12, bottom: 26 };
  const { now, before } = seriesOf(points);
  const areBars = look.shape === "bars";
  const plot = plotOf(
    areBars ? inset(frame, points.length) : frame,
    points.length,
    [now, before],
    look.metric.unit === "count",
  );
  const most = Math.max(2, Math.floor(width / markRoom));
  const names = points.map(({ at }) => at);
  const marks = marksOf(names, most);
  const point = active === undefined ? undefined : points[active];
  return (
    <>
      <p className="visually-hidden" id={about}>
        {summaryOf(areBars ? "A bar for each of" : "A line over", points.length, steps)}
        {onStep && " Enter looks into one."}
      </p>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be drawn in */}
      <svg
        ref={ref}
        className={onStep ? "plot leading" : "plot"}
        viewBox={`0 0 ${width} ${height}`}
        role="group"
        aria-label={`${look.label}, step by step`}
        aria-describedby={about}
        onPointerMove={(event) => setActive(stepAt(plot, points.length, placeIn(event, width)))}
        onPointerLeave={() => setActive(undefined)}
        onClick={() => point && onStep?.(point.at)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && point && onStep) {
            keepKeyboard(event.currentTarget);
            onStep(point.at);
          } else walk(event, points.length);
        }}
      >
        <svg aria-hidden="true" focusable="false">
          <Scale plot={plot} frame={frame} points={points} marks={marks} look={look} />
          {areBars ? (
            <Bars plot={plot} series={now} isOpen={look.isOpen} />
          ) : (
            <Drawing plot={plot} now={now} before={before} isOpen={look.isOpen} />
          )}
          <Noted plot={plot} frame={frame} points={points} />
          {active !== undefined && point && (
            <Marker plot={plot} frame={frame} step={active} point={point} look={look} />
          )}
        </svg>
        <Hits plot={plot} frame={frame} points={points} look={look} onFocus={setActive} />
      </svg>
    </>
  );
}

/**
 * Keeps the keyboard in a drawing of which one step was looked into: other steps come in its place,
 * a moment later, and the one that was pressed goes.
 */
function useKeyboardIn(points: readonly Point[]): (drawing: SVGSVGElement) => void {
  const left = useRef<SVGSVGElement>(undefined);
  const [first] = points;
  // biome-ignore lint/correctness/useExhaustiveDependencies: other steps are the reason
  useEffect(() => {
    if (document.activeElement === document.body) {
      left.current?.querySelector<SVGElement>('[tabindex="0"]')?.focus({ preventScroll: true });
    }
    left.current = undefined;
  }, [first?.at]);
  return (drawing) => {
    left.current = drawing;
  };
}

/** Room for half a bar at either end. */
function inset(frame: Frame, steps: number): Frame {
  const half = (frame.width - frame.left - frame.right) / steps / 2;
  return { ...frame, left: frame.left + half, right: frame.right + half };
}

function summaryOf(drawn: string, count: number, steps: string): string {
  return `${drawn} ${count} ${steps}. The arrow keys go from one to the next; the table below says the same.`;
}

/** Where the pointer is, in the units of the drawing. */
function placeIn({ clientX, currentTarget }: PointerEvent, width: number): number {
  const box = currentTarget.getBoundingClientRect();
  return ((clientX - box.left) / (box.width || width)) * width;
}

const ways: Record<string, (at: number, last: number) => number> = {
  ArrowLeft: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  Home: () => 0,
  End: (_at, last) => last,
};

/** Takes the keyboard from one step to another. */
function walk(event: KeyboardEvent<SVGSVGElement>, count: number): void {
  const step = ways[event.key];
  if (!step || !(event.target instanceof SVGElement)) return;
  const next = step(Number(event.target.dataset.step), count - 1);
  event.preventDefault();
  event.currentTarget.querySelector<SVGElement>(`[data-step="${next}"]`)?.focus();
}
