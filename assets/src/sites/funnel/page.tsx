import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { $api } from "../../api/client";
import { isRefused } from "../../api/problem";
import type { FunnelQuery, Site } from "../../api/types";
import { type Day, dayOf } from "../../calendar/days";
import { Loaded } from "../../ui/loaded";
import { Failure } from "../../ui/notice";
import { SkeletonRows } from "../../ui/skeleton";
import { useNow } from "../../ui/time";
import { ExportMenu } from "../exports/menu";
import { FilterBar } from "../filters/bar";
import { narrowedBy, readFilters, writeFilters } from "../filters/filters";
import { SiteFrame } from "../frame";
import { NoEvents } from "../overview/no-events";
import { Known } from "../overview/notes";
import { areDaily } from "../overview/points";
import { type Range, rangeOf } from "../overview/range";
import { RangeSteps } from "../overview/toolbar";
import { zoneOf } from "../overview/zone";
import { Segments } from "../segments/segments";
import { FunnelForm } from "./form";
import { FunnelResult } from "./result";
import type { FunnelSearch } from "./search";
import { useShowFunnel } from "./show";
import { askedStep, readSteps, usualSteps, writeSteps } from "./steps";
import { usualWindow } from "./window";

const route = getRouteApi("/signed-in/sites/$id/funnel");
const tickMs = 30_000;

/** How many go on from one step to the next, and where they are lost. */
export function SiteFunnel() {
  const { id } = route.useParams();
  return (
    <SiteFrame id={id} tab="Funnel" about="funnels">
      {(site) =>
        site.last_event_at ? <Workbench key={site.id} site={site} /> : <NoEvents site={site} />
      }
    </SiteFrame>
  );
}

function Workbench({ site }: { site: Site }) {
  const search = route.useSearch();
  const today = dayOf(useNow(tickMs), zoneOf(site));
  const range = rangeOf(search, today);
  const funnel = useFunnel(site, search, range);
  const isDaily = areDaily({ ...range, visitor_ids: site.visitor_ids });
  return (
    <>
      <Question site={site} range={range} today={today}>
        {funnel.data && <Known known={{ time_zone: site.time_zone, ...funnel.data }} />}
        <ExportMenu siteId={site.id} question={{ funnel: askedFor(search, range) }} />
      </Question>
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

/** The funnel that an address means; the one before stays until it is counted. */
function useFunnel({ id }: Site, search: FunnelSearch, range: Range) {
  return $api.useQuery(
    "post",
    "/sites/{id}/funnels",
    { params: { path: { id } }, body: askedFor(search, range) },
    { placeholderData: keepPreviousData },
  );
}

/** What the appliance is asked with. */
function askedFor({ steps, within, filters, segment }: FunnelSearch, range: Range): FunnelQuery {
  return {
    ...range,
    steps: (readSteps(steps) ?? usualSteps).map(askedStep),
    within_minutes: Number(within ?? usualWindow),
    ...narrowedBy(readFilters(filters), segment),
  };
}

interface QuestionProps {
  site: Site;
  range: Range;
  today: Day;
  /** Stands at the end of the days: when it was known. */
  children: ReactNode;
}

/** Which days, which visits, and which steps. */
function Question({ site, range, today, children }: QuestionProps) {
  const search = route.useSearch();
  const show = useShowFunnel();
  const place = { siteId: site.id, ...range };
  const within = search.within ?? usualWindow;
  const filters = readFilters(search.filters);
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
          {children}
        </div>
        <FilterBar
          filters={filters}
          place={place}
          onChange={(next) => show({ filters: writeFilters(next) })}
        >
          <Segments siteId={site.id} chosen={search.segment} filters={filters} show={show} />
        </FilterBar>
      </div>
      {/* Another address by the browser's way back starts the inputs anew. */}
      <FunnelForm
        key={`${search.steps}\n${within}`}
        steps={readSteps(search.steps) ?? usualSteps}
        within={within}
        place={place}
        onApply={(next, window) =>
          show({
            steps: writeSteps(next),
            within: window === usualWindow ? undefined : window,
          })
        }
      />
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
