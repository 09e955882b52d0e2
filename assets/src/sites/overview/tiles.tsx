import { getRouteApi } from "@tanstack/react-router";
import { Button } from "react-aria-components";
import { Change } from "./change";
import { differenceOf, writeBrief, writeFigure } from "./figures";
import { figureOf, labelOf, type Metric, type MetricId, metrics, usualMetric } from "./metrics";
import { areDaily, isDrawn, stepsIn } from "./points";
import { rangeWords } from "./range";
import { useShow } from "./show";
import type { Shown } from "./shown";
import { Sparkline } from "./sparkline";
import { useIsStill } from "./still";

const route = getRouteApi("/signed-in/sites/$id");

/** The figures of the range; each leads to its own trend, where anything leads anywhere. */
export function Tiles({ overview }: { overview: Shown }) {
  return (
    <dl className="tiles">
      {metrics.map((metric) => (
        <Tile
          key={metric.id}
          overview={overview}
          metric={metric}
          label={labelOf(metric, areDaily(overview))}
        />
      ))}
    </dl>
  );
}

interface TileProps {
  overview: Shown;
  metric: Metric<MetricId>;
  label: string;
}

function Tile({ overview, metric, label }: TileProps) {
  const { totals, before, currency } = overview;
  const now = figureOf(totals, metric);
  const then = before && figureOf(before.totals, metric);
  const hasLine = isDrawn(overview, metric);
  const isPressed = !useIsStill() && hasLine;
  return (
    <div className={isPressed ? "tile drawn" : "tile"}>
      <dt title={metric.about}>{isPressed ? <Choice metric={metric} label={label} /> : label}</dt>
      <dd className="tile-value">
        {now === undefined ? (
          <span className="quiet-value">
            –<span className="visually-hidden">None: there was nothing to divide by.</span>
          </span>
        ) : (
          <Value
            brief={writeBrief(now, metric.unit, currency)}
            whole={writeFigure(now, metric.unit, currency)}
          />
        )}
      </dd>
      {before && (
        <dd className="tile-change">
          <Change
            difference={differenceOf(metric, now, then)}
            against={
              then === undefined
                ? undefined
                : `${writeFigure(then, metric.unit, currency)}, ${rangeWords(before)}`
            }
          />
        </dd>
      )}
      {hasLine && (
        <dd className="tile-line">
          <Sparkline series={stepsIn(overview).map((step) => figureOf(step, metric))} />
        </dd>
      )}
    </div>
  );
}

/** A figure; where its cents are left out they are read to whoever hears it. */
function Value({ brief, whole }: { brief: string; whole: string }) {
  if (brief === whole) return brief;
  return (
    <span title={whole}>
      <span aria-hidden="true">{brief}</span>
      <span className="visually-hidden">{whole}</span>
    </span>
  );
}

/** Draws the figure below; the whole tile is pressed. */
function Choice({ metric: { id }, label }: { metric: Metric<MetricId>; label: string }) {
  const { metric: chosen = usualMetric } = route.useSearch();
  const show = useShow();
  return (
    <Button
      className="tile-choice"
      aria-pressed={chosen === id}
      onPress={() => show({ metric: id === usualMetric ? undefined : id })}
    >
      {label}
    </Button>
  );
}
