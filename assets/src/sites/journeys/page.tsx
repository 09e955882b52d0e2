import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { $api } from "../../api/client";
import { isRefused } from "../../api/problem";
import type { Journeys, Site } from "../../api/types";
import { dayOf } from "../../calendar/days";
import { formatAmount } from "../../ui/format";
import { Loaded } from "../../ui/loaded";
import { Failure, Notice } from "../../ui/notice";
import { Panel } from "../../ui/page";
import { SkeletonRows } from "../../ui/skeleton";
import { useNow } from "../../ui/time";
import { FilterBar } from "../filters/bar";
import { readFilters, writeFilters } from "../filters/filters";
import { SiteFrame } from "../frame";
import { NoEvents } from "../overview/no-events";
import { Known } from "../overview/notes";
import { type Range, rangeOf } from "../overview/range";
import { RangeSteps } from "../overview/toolbar";
import { zoneOf } from "../overview/zone";
import { Segments } from "../segments/segments";
import { Choices } from "./choices";
import { askedFor, type JourneysSearch, usual } from "./search";
import { useShowJourneys } from "./show";
import { Tree } from "./tree";

const route = getRouteApi("/signed-in/sites/$id/journeys");
const tickMs = 30_000;

/** Which ways visits commonly take. */
export function SiteJourneys() {
  const { id } = route.useParams();
  return (
    <SiteFrame id={id} tab="Journeys" about="journeys">
      {(site) =>
        site.last_event_at ? <Workbench key={site.id} site={site} /> : <NoEvents site={site} />
      }
    </SiteFrame>
  );
}

function Workbench({ site }: { site: Site }) {
  const search = route.useSearch();
  const filters = readFilters(search.filters);
  const show = useShowJourneys();
  const today = dayOf(useNow(tickMs), zoneOf(site));
  const range = rangeOf(search, today);
  const journeys = useJourneys(site, search, range);
  const place = { siteId: site.id, ...range };
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
          {journeys.data && <Known known={{ time_zone: site.time_zone, ...journeys.data }} />}
        </div>
        <FilterBar
          filters={filters}
          place={place}
          onChange={(next) => show({ filters: writeFilters(next) })}
        >
          <Segments siteId={site.id} chosen={search.segment} filters={filters} show={show} />
        </FilterBar>
        <Choices search={search} place={place} show={show} />
      </div>
      {journeys.isRefetchError && (
        <Failure error={journeys.error} onRetry={() => journeys.refetch()} />
      )}
      {journeys.isLoadingError && isRefused(journeys.error) && <StartOver />}
      <Loaded query={journeys} waiting={<SkeletonRows rows={8} />}>
        {(found) => (
          <div className="report" data-old={journeys.isPlaceholderData || undefined}>
            <Answer journeys={found} search={search} />
          </div>
        )}
      </Loaded>
    </>
  );
}

/** The ways that an address means; those before stay until they are counted. */
function useJourneys({ id }: Site, search: JourneysSearch, range: Range) {
  return $api.useQuery(
    "post",
    "/sites/{id}/journeys",
    { params: { path: { id } }, body: { ...range, ...askedFor(search) } },
    { placeholderData: keepPreviousData },
  );
}

function Answer({ journeys, search }: { journeys: Journeys; search: JourneysSearch }) {
  if (journeys.visits === 0) return <NoWay />;
  const { at, through = usual.through, direction = usual.direction } = search;
  return (
    <Panel
      title={titleOf(at, direction)}
      aside={
        <p className="quiet" role="status">
          {formatAmount(journeys.visits, "visit")}
        </p>
      }
    >
      <Tree journeys={journeys} through={through} direction={direction} />
    </Panel>
  );
}

function titleOf(at: string | undefined, direction: "onward" | "back"): string {
  if (at === undefined) return direction === "back" ? "How visits end" : "How visits go on";
  return direction === "back" ? `Ways to ${at}` : `Ways from ${at}`;
}

function NoWay() {
  return (
    <Notice tone="info" title="No visit took such a way">
      <p>
        Choose other days, remove filters, or begin with another page: it is written as its path,
        such as /pricing.
      </p>
    </Notice>
  );
}

/** Where ways could not be counted, others can. */
function StartOver() {
  return (
    <p>
      Change what is asked above, or{" "}
      <Link from="/sites/$id/journeys" to="." search={{}}>
        begin anew with all pages
      </Link>
      .
    </p>
  );
}
