import { areaOf, type Frame, lineOf, loneSteps, plotOf, type Series, thinned } from "./plot";

const frame: Frame = { width: 100, height: 30, left: 0, right: 0, top: 2, bottom: 1 };

/** More would be a smear. */
const mostSteps = 60;

/** How a figure went, for the eye alone: the trend and its table tell it in full. */
export function Sparkline({ series }: { series: Series }) {
  const drawn = thinned(series, mostSteps);
  if (loneSteps(drawn).length === drawn.filter((value) => value !== undefined).length) return null;
  const plot = plotOf(frame, drawn.length, [drawn], false);
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${frame.width} ${frame.height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      <path className="plot-area" d={areaOf(plot, drawn)} />
      <path className="plot-line" d={lineOf(plot, drawn)} />
    </svg>
  );
}
