import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Site } from "../../api/types";
import { type Day, dayOf } from "../../calendar/days";
import { formatAmount } from "../../ui/format";
import { Loaded } from "../../ui/loaded";
import { Failure } from "../../ui/notice";
import { Panel } from "../../ui/page";
import { useNow } from "../../ui/time";
import { SamplesOf } from "../advertising/samples";
import { ExportMenu } from "../exports/menu";
import { FilterBar } from "../filters/bar";
import { readFilters, writeFilters } from "../filters/filters";
import { SiteFrame } from "../frame";
import { Segments } from "../segments/segments";
import { AdvertisingTiles } from "./advertising";
import { Alone, Breakdown } from "./breakdown";
import { Channels } from "./channels";
import {
  cameViews,
  channelView,
  type Dimension,
  deviceView,
  eventView,
  sawViews,
  type View,
} from "./dimensions";
import { exportedOf } from "./exported";
import { labelOf, metricOf } from "./metrics";
import { NoEvents } from "./no-events";
import { Footnotes, Known, NoFit, Nothing } from "./notes";
import { areDaily, isDrawn } from "./points";
import { rangeOf, rangeWords } from "./range";
import { isUsual } from "./range-search";
import type { OverviewSearch } from "./search";
import { useShow } from "./show";
import type { Shown } from "./shown";
import { Tiles } from "./tiles";
import { Compared, RangeSteps } from "./toolbar";
import { Trend } from "./trend";
import { useShown } from "./use-shown";
import { OverviewWaiting } from "./waiting";
import { zoneOf } from "./zone";

const route = getRouteApi("/signed-in/sites/$id");
const tickMs = 30_000;

/** What came to a site, from where, and what it earned. */
export function SiteOverviewPage() {
  const { id } = route.useParams();
  return (
    <SiteFrame id={id}>
      {(site) =>
        site.last_event_at ? <Report key={site.id} site={site} /> : <NoEvents site={site} />
      }
    </SiteFrame>
  );
}

function Report({ site }: { site: Site }) {
  const search = route.useSearch();
  const show = useShow();
  const today = dayOf(useNow(tickMs), zoneOf(site));
  const range = rangeOf(search, today);
  const filters = readFilters(search.filters);
  const overview = useShown({
    site,
    range,
    compare: search.compare ?? "previous",
    today,
    filters,
    segment: search.segment,
    views: useViews(search),
    isLive: range.from <= today && today <= range.to,
  });
  return (
    <>
      <div className="stack">
        <div className="toolbar range-toolbar">
          <RangeSteps site={site} search={search} range={range} today={today} show={show} />
          <Compared compare={search.compare} show={show} />
          {overview.data && <Known known={overview.data} />}
          <ExportMenu siteId={site.id} question={exportedOf(search, range)} />
        </div>
        <FilterBar
          filters={filters}
          place={{ siteId: site.id, ...range }}
          onChange={(next) => show({ filters: writeFilters(next) })}
        >
          <Segments siteId={site.id} chosen={search.segment} filters={filters} show={show} />
        </FilterBar>
        {site.sums_from !== undefined && range.from < site.sums_from && (
          <p className="quiet">
            What days before {rangeWords({ from: site.sums_from, to: site.sums_from })} came to is
            kept no longer, and stands here as nothing.
          </p>
        )}
      </div>
      <p className="visually-hidden" role="status">
        {filters.length > 0 &&
          overview.data &&
          !overview.isOld &&
          `${formatAmount(overview.data.totals.visits, "visit")} by these filters`}
      </p>
      {overview.isRefetchError && (
        <Failure error={overview.error} onRetry={() => overview.refetch()} />
      )}
      {overview.isLoadingError && !isUsual(search) && <WayBack />}
      <Loaded query={overview} waiting={<OverviewWaiting />}>
        {(found) => (
          <div className="report" data-old={overview.isOld || undefined}>
            <Figures overview={found} site={site} today={today} />
          </div>
        )}
      </Loaded>
    </>
  );
}

/** The tables that are looked at: of tabs the chosen ones alone. */
function useViews({ came, saw }: OverviewSearch) {
  return useMemo(
    () => [channelView, chosen(cameViews, came), chosen(sawViews, saw), deviceView, eventView],
    [came, saw],
  );
}

function chosen<Id extends Dimension>(views: readonly View<Id>[], id: Id | undefined) {
  return views.find((view) => view.id === id) ?? (views[0] as View<Id>);
}

/** Where days were asked for that the appliance does not answer for, there are others. */
function WayBack() {
  return (
    <p>
      <Link from="/sites/$id" to="." search={{}}>
        Show the last 28 days
      </Link>{" "}
      instead.
    </p>
  );
}

interface FiguresProps {
  overview: Shown;
  site: Site;
  today: Day;
}

function Figures({ overview, site, today }: FiguresProps) {
  const { metric: id, filters, segment } = route.useSearch();
  const show = useShow();
  const wished = metricOf(id);
  const metric = isDrawn(overview, wished) ? wished : metricOf();
  const isOpen = overview.to === today;
  const isEmpty = overview.totals.events === 0;
  return (
    <>
      <Tiles overview={overview} />
      {overview.advertising && (
        <>
          <AdvertisingTiles advertising={overview.advertising} currency={overview.currency} />
          <SamplesOf siteId={site.id} />
        </>
      )}
      <Footnotes overview={overview} isOpen={isOpen} />
      {isEmpty && (filters || segment ? <NoFit /> : <Nothing site={site} />)}
      <Trend
        siteId={site.id}
        overview={overview}
        metric={metric}
        label={labelOf(metric, areDaily(overview))}
        isOpen={isOpen}
        onDay={(day) => show({ range: undefined, from: day, to: day })}
      />
      {!isEmpty && (
        <>
          <Channels overview={overview} />
          <Tables overview={overview} />
        </>
      )}
    </>
  );
}

function Tables({ overview }: { overview: Shown }) {
  return (
    <div className="breakdowns">
      <Panel title="Where they came from">
        <Breakdown label="Where they came from" part="came" views={cameViews} overview={overview} />
      </Panel>
      <Panel title="What they saw">
        <Breakdown label="What they saw" part="saw" views={sawViews} overview={overview} />
      </Panel>
      <Alone view={deviceView} overview={overview} />
      <Alone view={eventView} overview={overview} />
    </div>
  );
}
