import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { $api } from "../../api/client";
import { isRefused } from "../../api/problem";
import type { Cohorts, Site } from "../../api/types";
import { dayOf } from "../../calendar/days";
import { Select } from "../../ui/fields";
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
import { askedFor, type CohortsSearch, daysOf, figureOptions, periodOptions } from "./search";
import { useShowCohorts } from "./show";
import { CohortTable } from "./table";

const route = getRouteApi("/signed-in/sites/$id/cohorts");
const tickMs = 30_000;

/** Who comes again, by when they first came. */
export function SiteCohorts() {
  const { id } = route.useParams();
  return (
    <SiteFrame id={id} tab="Cohorts" about="cohorts">
      {(site) =>
        site.last_event_at ? <Workbench key={site.id} site={site} /> : <NoEvents site={site} />
      }
    </SiteFrame>
  );
}

function Workbench({ site }: { site: Site }) {
  const search = route.useSearch();
  const filters = readFilters(search.filters);
  const show = useShowCohorts();
  const today = dayOf(useNow(tickMs), zoneOf(site));
  const days = daysOf(search);
  const range = rangeOf(days, today);
  const cohorts = useCohorts(site, search, range);
  return (
    <>
      <div className="stack">
        <div className="toolbar range-toolbar">
          <RangeSteps
            site={site}
            search={days}
            range={range}
            today={today}
            show={({ compare: _, ...days }) => show(days)}
          />
          <Choices search={search} />
          {cohorts.data && <Known known={{ time_zone: site.time_zone, ...cohorts.data }} />}
        </div>
        <FilterBar
          filters={filters}
          place={{ siteId: site.id, ...range }}
          onChange={(next) => show({ filters: writeFilters(next) })}
        >
          <Segments siteId={site.id} chosen={search.segment} filters={filters} show={show} />
        </FilterBar>
      </div>
      {site.visitor_ids === "daily" && (
        <Notice tone="info" title="This site knows nobody again on another day">
          <p>
            Whoever comes on another day is a new visitor here, so nobody can be seen to come again
            in another week. Cohorts need lasting ids.
          </p>
        </Notice>
      )}
      {cohorts.isRefetchError && (
        <Failure error={cohorts.error} onRetry={() => cohorts.refetch()} />
      )}
      {cohorts.isLoadingError && isRefused(cohorts.error) && <StartOver />}
      <Loaded query={cohorts} waiting={<SkeletonRows rows={12} />}>
        {(found) => (
          <div className="report" data-old={cohorts.isPlaceholderData || undefined}>
            <Answer cohorts={found} search={search} />
          </div>
        )}
      </Loaded>
    </>
  );
}

/** The cohorts that an address means; those before stay until they are counted. */
function useCohorts({ id }: Site, search: CohortsSearch, range: Range) {
  return $api.useQuery(
    "post",
    "/sites/{id}/cohorts",
    { params: { path: { id } }, body: { ...range, ...askedFor(search) } },
    { placeholderData: keepPreviousData },
  );
}

/** How long a period is, and what is told of each. */
function Choices({ search }: { search: CohortsSearch }) {
  const show = useShowCohorts();
  return (
    <>
      <Select
        label="By what visitors are told apart"
        hideLabel
        options={periodOptions}
        value={search.period ?? "week"}
        onChange={(period) => show({ period: period === "week" ? undefined : period })}
      />
      <Select
        label="Figure that is shown"
        hideLabel
        options={figureOptions}
        value={search.figure ?? "share"}
        onChange={(figure) => show({ figure: figure === "share" ? undefined : figure })}
      />
    </>
  );
}

function Answer({ cohorts, search }: { cohorts: Cohorts; search: CohortsSearch }) {
  const visitors = cohorts.cohorts.reduce((sum, cohort) => sum + cohort.visitors, 0);
  if (visitors === 0) return <Nobody />;
  const { period = "week", figure = "share" } = search;
  const { label } = figureOptions.find(({ value }) => value === figure) ?? { label: "" };
  return (
    <Panel
      title={label}
      aside={
        <p className="quiet" role="status">
          {formatAmount(visitors, "new visitor")}
        </p>
      }
    >
      <CohortTable cohorts={cohorts} period={period} figure={figure} />
      <p className="quiet">
        The darker a cell, the larger its figure among all that came later. What is not over yet is
        marked, and counts in no sum of all together.
      </p>
    </Panel>
  );
}

function Nobody() {
  return (
    <Notice tone="info" title="Nobody came for the first time during these days">
      <p>
        A cohort has those whose first visit at all lies in its days. Choose other days, or remove
        filters: they pick first visits.
      </p>
    </Notice>
  );
}

/** Where cohorts could not be counted, others can. */
function StartOver() {
  return (
    <p>
      Change what is asked above, or{" "}
      <Link from="/sites/$id/cohorts" to="." search={{}}>
        begin anew with the last 90 days
      </Link>
      .
    </p>
  );
}
