import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { $api } from "../../api/client";
import type { Site, SiteOverview } from "../../api/types";
import { type Day, dayOf } from "../../calendar/days";
import { Empty } from "../../ui/empty";
import { Loaded } from "../../ui/loaded";
import { Failure } from "../../ui/notice";
import { Panel } from "../../ui/page";
import { useNow } from "../../ui/time";
import { SiteFrame } from "../frame";
import { Alone, Breakdown } from "./breakdown";
import { Channels } from "./channels";
import { cameViews, deviceView, eventView, sawViews } from "./dimensions";
import { labelOf, metricOf } from "./metrics";
import { Footnotes, Known, Nothing } from "./notes";
import { areDaily, isDrawn } from "./points";
import { rangeOf } from "./range";
import type { OverviewSearch } from "./search";
import { useShow } from "./show";
import { Tiles } from "./tiles";
import { OverviewToolbar } from "./toolbar";
import { Trend } from "./trend";
import { OverviewWaiting } from "./waiting";
import { zoneOf } from "./zone";

const route = getRouteApi("/signed-in/sites/$id");
const refetchMs = 30_000;

/** What came to a site, from where, and what it earned. */
export function SiteOverviewPage() {
  const { id } = route.useParams();
  return (
    <SiteFrame id={id}>
      {(site) => (site.last_event_at ? <Report site={site} /> : <NoEvents site={site} />)}
    </SiteFrame>
  );
}

function NoEvents({ site: { id, name } }: { site: Site }) {
  return (
    <Empty
      icon="chart"
      title="No events yet"
      action={
        <Link to="/sites/$id/setup" params={{ id }} className="button primary">
          Set it up
        </Link>
      }
    >
      <p>
        Nothing has come in from {name} so far. Put the line of script on its pages and open one:
        its visit stands here within seconds, and this page looks for it by itself.
      </p>
    </Empty>
  );
}

function Report({ site }: { site: Site }) {
  const search = route.useSearch();
  const today = dayOf(useNow(refetchMs), zoneOf(site));
  const range = rangeOf(search, today);
  const isLive = range.from <= today && today <= range.to;
  const query = { ...range, compare: search.compare ?? "previous" } as const;
  const overview = $api.useQuery(
    "get",
    "/sites/{id}/overview",
    { params: { path: { id: site.id }, query } },
    // Only what can still change is read again, and only while somebody looks.
    { refetchInterval: isLive && refetchMs, placeholderData: keepPreviousData },
  );
  return (
    <>
      <OverviewToolbar site={site} range={range} today={today}>
        {overview.data && <Known overview={overview.data} />}
      </OverviewToolbar>
      {overview.isRefetchError && (
        <Failure error={overview.error} onRetry={() => overview.refetch()} />
      )}
      {overview.isLoadingError && !isUsual(search) && <WayBack />}
      <Loaded query={overview} waiting={<OverviewWaiting />}>
        {(found) => (
          <div className="report" data-old={overview.isPlaceholderData || undefined}>
            <Figures overview={found} site={site} today={today} />
          </div>
        )}
      </Loaded>
    </>
  );
}

function isUsual({ range, from }: OverviewSearch): boolean {
  return range === undefined && from === undefined;
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
  overview: SiteOverview;
  site: Site;
  today: Day;
}

function Figures({ overview, site, today }: FiguresProps) {
  const { metric: id } = route.useSearch();
  const show = useShow();
  const wished = metricOf(id);
  const metric = isDrawn(overview, wished) ? wished : metricOf();
  const isOpen = overview.to === today;
  return (
    <>
      <Tiles overview={overview} />
      <Footnotes overview={overview} isOpen={isOpen} />
      {overview.totals.events === 0 && <Nothing site={site} />}
      <Trend
        overview={overview}
        metric={metric}
        label={labelOf(metric, areDaily(overview))}
        isOpen={isOpen}
        onDay={(day) => show({ range: undefined, from: day, to: day })}
      />
      {overview.totals.events > 0 && (
        <>
          <Channels overview={overview} />
          <Tables overview={overview} />
        </>
      )}
    </>
  );
}

function Tables({ overview }: { overview: SiteOverview }) {
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
