import { useState } from "react";
import type { SharedOverview } from "../api/types";
import { dayOf } from "../calendar/days";
import { AdvertisingTiles } from "../sites/overview/advertising";
import { Alone } from "../sites/overview/breakdown";
import { Channels } from "../sites/overview/channels";
import {
  cameViews,
  channelView,
  type Dimension,
  deviceView,
  eventView,
  sawViews,
  type View,
} from "../sites/overview/dimensions";
import { labelOf, type MetricId, metricOf, metrics } from "../sites/overview/metrics";
import { Footnotes, Known } from "../sites/overview/notes";
import { areDaily, isDrawn, pointsOf } from "../sites/overview/points";
import { rangeWords } from "../sites/overview/range";
import type { Shown } from "../sites/overview/shown";
import { Still } from "../sites/overview/still";
import { Tiles } from "../sites/overview/tiles";
import { Drawing } from "../sites/overview/trend";
import { zoneOf } from "../sites/overview/zone";
import { Select } from "../ui/fields";
import { useNow } from "../ui/time";

const tickMs = 30_000;

const views: readonly View<Dimension>[] = [...cameViews, ...sawViews, deviceView, eventView];

/** The overview as its maker chose it: it leads nowhere, and asks for nothing. */
export function SharedFigures({ shared }: { shared: SharedOverview }) {
  const overview: Shown = { ...shared, days: shared.days ?? [] };
  const today = dayOf(useNow(tickMs), zoneOf(shared));
  const isOpen = shared.to === today;
  const chosen = views.filter(({ id }) => shared[id] !== undefined);
  return (
    <Still value={true}>
      <div className="toolbar range-toolbar">
        <p>{rangeWords(shared)}</p>
        <Known known={shared} />
        {shared.sums_from !== undefined && (
          <p className="quiet">
            What days before {rangeWords({ from: shared.sums_from, to: shared.sums_from })} came to
            is kept no longer, and stands here as nothing.
          </p>
        )}
      </div>
      <div className="report">
        <Tiles overview={overview} />
        {shared.advertising && (
          <AdvertisingTiles advertising={shared.advertising} currency={shared.currency} />
        )}
        <Footnotes overview={overview} isOpen={isOpen} />
        {shared.days && <Line overview={overview} isOpen={isOpen} />}
        {shared[channelView.id] && <Channels overview={overview} />}
        {chosen.length > 0 && (
          <div className="breakdowns">
            {chosen.map((view) => (
              <Alone key={view.id} view={view} overview={overview} />
            ))}
          </div>
        )}
      </div>
    </Still>
  );
}

/** One of the figures over time; which one is nobody else's business. */
function Line({ overview, isOpen }: { overview: Shown; isOpen: boolean }) {
  const drawn = metrics.filter((metric) => isDrawn(overview, metric));
  const [id, setId] = useState<MetricId>(metricOf().id);
  const metric = drawn.find((one) => one.id === id) ?? metricOf();
  const isDaily = areDaily(overview);
  return (
    <>
      <Select
        label="Figure that is drawn"
        options={drawn.map((one) => ({ value: one.id, label: labelOf(one, isDaily) }))}
        value={metric.id}
        onChange={setId}
      />
      <Drawing
        overview={overview}
        metric={metric}
        label={labelOf(metric, isDaily)}
        isOpen={isOpen}
        points={pointsOf(overview, metric)}
      />
    </>
  );
}
