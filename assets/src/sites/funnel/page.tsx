import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { $api } from "../../api/client";
import { isRefused } from "../../api/problem";
import type { Site } from "../../api/types";
import { dayOf } from "../../calendar/days";
import { Loaded } from "../../ui/loaded";
import { Failure } from "../../ui/notice";
import { SkeletonRows } from "../../ui/skeleton";
import { useNow } from "../../ui/time";
import { FilterBar } from "../filters/bar";
import { readFilters, writeFilters } from "../filters/filters";
import { SiteFrame } from "../frame";
import { Known } from "../overview/notes";
import { NoEvents } from "../overview/page";
import { areDaily } from "../overview/points";
import { rangeOf } from "../overview/range";
import { RangeSteps } from "../overview/toolbar";
import { zoneOf } from "../overview/zone";
import { FunnelForm } from "./form";
import { FunnelResult } from "./result";
import { useShowFunnel } from "./show";
import { askedStep, readSteps, usualSteps, writeSteps } from "./steps";
import { usualWindow } from "./window";

const route = getRouteApi("/signed-in/sites/$id/funnel");
const tickMs = 30_000;

/** How many go on from one step to the next, and where they are lost. */
export function SiteFunnel() {
  const { id } = route.useParams();
  return (
    <SiteFrame id={id} tab="Funnel">
      {(site) =>
        site.last_event_at ? <Workbench key={site.id} site={site} /> : <NoEvents site={site} />
      }
    </SiteFrame>
  );
}

function Workbench({ site }: { site: Site }) {
  const search = route.useSearch();
  const show = useShowFunnel();
  const today = dayOf(useNow(tickMs), zoneOf(site));
  const range = rangeOf(search, today);
  const filters = readFilters(search.filters);
  const steps = readSteps(search.steps) ?? usualSteps;
  const within = search.within ?? usualWindow;
  const place = { siteId: site.id, ...range };
  const funnel = $api.useQuery(
    "post",
    "/sites/{id}/funnels",
    {
      params: { path: { id: site.id } },
      body: {
        ...range,
        steps: steps.map(askedStep),
        within_minutes: Number(within),
        filters,
      },
    },
    { placeholderData: keepPreviousData },
  );
  const isDaily = areDaily({ ...range, visitor_ids: site.visitor_ids });
  return (
    <>
      <div className="stack">
        <div className="toolbar range-toolbar">
          <RangeSteps
            site={site}
            search={search}
            range={range}
            today={today}
            show={({ compare: _, ...days }) => show(days)}
          />
          {funnel.data && <Known known={{ time_zone: site.time_zone, ...funnel.data }} />}
        </div>
        <FilterBar
          filters={filters}
          place={place}
          onChange={(next) => show({ filters: writeFilters(next) })}
        />
      </div>
      {/* Another address by the browser's way back starts the inputs anew. */}
      <FunnelForm
        key={`${search.steps}\n${within}`}
        steps={steps}
        within={within}
        place={place}
        onApply={(next, window) =>
          show({
            steps: writeSteps(next),
            within: window === usualWindow ? undefined : window,
          })
        }
      />
      {site.visitor_ids === "daily" && (
        <p className="quiet">
          This site knows nobody again on another day: whoever goes on after midnight is lost here,
          however long the steps may take.
        </p>
      )}
      {funnel.isRefetchError && <Failure error={funnel.error} onRetry={() => funnel.refetch()} />}
      {funnel.isLoadingError && isRefused(funnel.error) && <StartOver />}
      <Loaded query={funnel} waiting={<SkeletonRows rows={6} />}>
        {(found) => (
          <div className="report" data-old={funnel.isPlaceholderData || undefined}>
            <FunnelResult
              funnel={found}
              currency={site.currency}
              noun={isDaily ? "daily visitor" : "visitor"}
            />
          </div>
        )}
      </Loaded>
    </>
  );
}

/** Where a funnel could not be counted, another one can. */
function StartOver() {
  return (
    <p>
      Change the steps above, or{" "}
      <Link from="/sites/$id/funnel" to="." search={{}}>
        begin anew with the usual ones
      </Link>
      .
    </p>
  );
}
