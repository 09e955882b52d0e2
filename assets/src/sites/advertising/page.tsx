import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { $api } from "../../api/client";
import type { AdFeed, Site, SiteCosts } from "../../api/types";
import { dayOf } from "../../calendar/days";
import { changeSearch } from "../../ui/address";
import { Empty } from "../../ui/empty";
import { Loaded } from "../../ui/loaded";
import { Panel } from "../../ui/page";
import { SkeletonRows } from "../../ui/skeleton";
import { useNow } from "../../ui/time";
import { useMayEdit } from "../access";
import { SiteFrame } from "../frame";
import { AdvertisingTiles } from "../overview/advertising";
import { Known } from "../overview/notes";
import { type Range, rangeOf } from "../overview/range";
import { RangeSteps } from "../overview/toolbar";
import { zoneOf } from "../overview/zone";
import { AddFeed } from "./add";
import { Campaigns } from "./campaigns";
import { Feeds } from "./feeds";
import { SampleNotice, useSamples } from "./samples";
import type { AdvertisingSearch } from "./search";
import { useFeeds } from "./use-feeds";

const route = getRouteApi("/signed-in/sites/$id/advertising");
const tickMs = 30_000;

/** What advertising cost, beside what it brought. */
export function SiteAdvertising() {
  const { id } = route.useParams();
  return (
    <SiteFrame id={id} tab="Advertising" about="advertising">
      {(site) => <Workbench key={site.id} site={site} />}
    </SiteFrame>
  );
}

function Workbench({ site }: { site: Site }) {
  const feeds = useFeeds(site.id);
  const mayAdd = useMayEdit() && site.access === "owner";
  return (
    <Loaded query={feeds} waiting={<SkeletonRows rows={6} />}>
      {({ items }) => (
        <>
          {items.length > 0 ? (
            <Costs site={site} feeds={items} />
          ) : (
            <Empty icon="chart" title="No advertising figures yet">
              <p>
                A feed links {site.name} to an ad account. What its campaigns cost is then fetched
                every hour and stands beside their visits.
              </p>
            </Empty>
          )}
          {items.length > 0 && (
            <Panel title="Ad accounts">
              <Feeds siteId={site.id} feeds={items} />
            </Panel>
          )}
          {mayAdd && (
            <Panel title="Add a feed">
              <AddFeed siteId={site.id} />
            </Panel>
          )}
        </>
      )}
    </Loaded>
  );
}

interface CostsProps {
  site: Site;
  feeds: readonly AdFeed[];
}

function Costs({ site, feeds }: CostsProps) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const today = dayOf(useNow(tickMs), zoneOf(site));
  const range = rangeOf(search, today);
  const costs = useCosts(site, range);
  const samples = useSamples(feeds);
  return (
    <>
      <div className="toolbar range-toolbar">
        <RangeSteps
          site={site}
          search={search}
          range={range}
          today={today}
          show={({ compare: _, ...days }) =>
            void navigate({
              search: (now) => changeSearch<AdvertisingSearch>(now, days),
              resetScroll: false,
            })
          }
        />
        {costs.data && <Known known={{ time_zone: site.time_zone, ...costs.data }} />}
      </div>
      <Loaded query={costs} waiting={<SkeletonRows rows={6} />}>
        {(found) => (
          <div className="report" data-old={costs.isPlaceholderData || undefined}>
            <SampleNotice samples={samples} />
            <Answer costs={found} samples={samples} />
          </div>
        )}
      </Loaded>
    </>
  );
}

/** The costs of the range; those before stay until they are known. */
function useCosts({ id }: Site, { from, to }: Range) {
  return $api.useQuery(
    "get",
    "/sites/{id}/costs",
    { params: { path: { id }, query: { from, to } } },
    { placeholderData: keepPreviousData, refetchInterval: tickMs },
  );
}

interface AnswerProps {
  costs: SiteCosts;
  /** The feeds whose figures are invented. */
  samples: readonly AdFeed[];
}

function Answer({ costs, samples }: AnswerProps) {
  return (
    <>
      <AdvertisingTiles advertising={costs.advertising} currency={costs.currency} />
      <Panel title="Campaigns">
        {costs.campaigns.length > 0 ? (
          <Campaigns costs={costs} samples={samples} />
        ) : (
          <p>No campaign ran on these days, as far as is known.</p>
        )}
        <p className="quiet">
          A campaign’s visits are those whose <code>utm_campaign</code> is its name or its id. What
          the provider counts stands beside them: it attributes by its own rules.
        </p>
      </Panel>
    </>
  );
}
