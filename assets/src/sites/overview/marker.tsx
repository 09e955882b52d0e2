import { Change } from "./change";
import type { Look } from "./drawing";
import { differenceOf, writeFigure } from "./figures";
import type { Frame, Plot } from "./plot";
import type { Point } from "./points";

interface MarkerProps {
  plot: Plot;
  frame: Frame;
  step: number;
  point: Point;
  look: Look;
}

const tip = { width: 176, height: 92, note: 44, gap: 12 };

/** The step that is looked at, and its figures beside it. */
export function Marker({ plot, frame, step, point, look }: MarkerProps) {
  const { metric, currency } = look;
  const { value, before } = point;
  const x = plot.x(step);
  const fits = x + tip.gap + tip.width <= frame.width;
  const write = (value: number | undefined) =>
    value === undefined ? "–" : writeFigure(value, metric.unit, currency);
  return (
    <g>
      <path className="plot-guide" d={`M${x} ${frame.top}V${frame.height - frame.bottom}`} />
      {before?.value !== undefined && (
        <circle className="plot-dot before" cx={x} cy={plot.y(before.value)} r="3.5" />
      )}
      {value !== undefined && <circle className="plot-dot" cx={x} cy={plot.y(value)} r="4.5" />}
      <foreignObject
        className="plot-tip"
        x={fits ? x + tip.gap : Math.max(0, x - tip.gap - tip.width)}
        y={frame.top}
        width={tip.width}
        height={tip.height + (point.notes?.length ?? 0) * tip.note}
      >
        <div className="tip">
          <span className="tip-now">
            <span>{point.label}</span>
            <strong>{write(value)}</strong>
          </span>
          {before && (
            <>
              <span className="tip-before">
                <span>{before.label}</span>
                <span>{write(before.value)}</span>
              </span>
              <Change difference={differenceOf(metric, value, before.value)} />
            </>
          )}
          {point.notes?.map((note) => (
            <span className="tip-note" key={note}>
              {note}
            </span>
          ))}
        </div>
      </foreignObject>
    </g>
  );
}
