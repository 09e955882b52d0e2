import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { $api } from "../../api/client";
import { isRefused } from "../../api/problem";
import type { Attribution, Site } from "../../api/types";
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
import { models, usualModel } from "./models";
import { Rows } from "./rows";
import { type AttributionSearch, askedFor } from "./search";
import { useShowAttribution } from "./show";

const route = getRouteApi("/signed-in/sites/$id/attribution");
const tickMs = 30_000;

/** Which visits led to conversions, by every model side by side. */
export function SiteAttribution() {
  const { id } = route.useParams();
  return (
    <SiteFrame id={id} tab="Attribution" about="attribution">
      {(site) =>
        site.last_event_at ? <Workbench key={site.id} site={site} /> : <NoEvents site={site} />
      }
    </SiteFrame>
  );
}

function Workbench({ site }: { site: Site }) {
  const search = route.useSearch();
  const filters = readFilters(search.filters);
  const show = useShowAttribution();
  const today = dayOf(useNow(tickMs), zoneOf(site));
  const range = rangeOf(search, today);
  const attribution = useAttribution(site, search, range);
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
          {attribution.data && <Known known={{ time_zone: site.time_zone, ...attribution.data }} />}
        </div>
        <FilterBar
          filters={filters}
          place={{ siteId: site.id, ...range }}
          onChange={(next) => show({ filters: writeFilters(next) })}
        >
          <Segments siteId={site.id} chosen={search.segment} filters={filters} show={show} />
        </FilterBar>
        <Choices search={search} show={show} />
      </div>
      {site.visitor_ids === "daily" && (
        <Notice tone="info" title="This site knows nobody again on another day">
          <p>
            The path of a conversion has the visits of its own day alone, however far back one
            looks: whoever came by an advertisement on Monday and bought on Tuesday counts as if
            they had come on Tuesday alone. Paths over several days need lasting ids.
          </p>
        </Notice>
      )}
      {attribution.isRefetchError && (
        <Failure error={attribution.error} onRetry={() => attribution.refetch()} />
      )}
      {attribution.isLoadingError && isRefused(attribution.error) && <StartOver />}
      <Loaded query={attribution} waiting={<SkeletonRows rows={8} />}>
        {(found) => (
          <div className="report" data-old={attribution.isPlaceholderData || undefined}>
            <Answer attribution={found} search={search} />
          </div>
        )}
      </Loaded>
    </>
  );
}

/** What an address means; the answer before stays until the next is there. */
function useAttribution({ id }: Site, search: AttributionSearch, range: Range) {
  return $api.useQuery(
    "post",
    "/sites/{id}/attribution",
    { params: { path: { id } }, body: { ...range, ...askedFor(search) } },
    { placeholderData: keepPreviousData },
  );
}

interface AnswerProps {
  attribution: Attribution;
  search: AttributionSearch;
}

function Answer({ attribution, search }: AnswerProps) {
  const show = useShowAttribution();
  const { conversions, rows, found } = attribution;
  if (conversions === 0) return <NoConversion />;
  const sort = search.sort ?? usualModel;
  return (
    <Panel
      title="By model"
      aside={
        <p className="quiet" role="status">
          {found > rows.length
            ? `The largest ${rows.length} of ${formatAmount(found, "row")}`
            : formatAmount(found, "row")}
        </p>
      }
    >
      <p className="quiet">{pathWords(attribution)}</p>
      <Rows
        attribution={attribution}
        by={search.by ?? "channel"}
        figure={search.figure ?? "conversions"}
        sort={sort}
        onSort={(model) => show({ sort: model === usualModel ? undefined : model })}
      />
      <Explained />
    </Panel>
  );
}

/** "On average 2.4 visits led to a conversion; to 12 of 40 one visit led alone." */
function pathWords({ conversions, average_touches, single_touch }: Attribution): string {
  const average = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
  return (
    `On average ${average.format(average_touches ?? 0)} visits led to a conversion. To ` +
    `${single_touch} of ${formatAmount(conversions, "conversion")} one visit led alone: about ` +
    "those all models say the same."
  );
}

/** What the heads of the columns mean. */
function Explained() {
  return (
    <details className="disclosure">
      <summary>What the models do</summary>
      <dl className="explained">
        {models.map(({ id, label, about }) => (
          <div key={id}>
            <dt>{label}</dt>
            <dd>{about}</dd>
          </div>
        ))}
        <div>
          <dt>On the path of</dt>
          <dd>To so many conversions a visit of the row led, alone or with others.</dd>
        </div>
        <div>
          <dt>Lost without it</dt>
          <dd>
            The share of all conversions that would be lost if every path ended where it came to the
            row: what the data-driven model goes by.
          </dd>
        </div>
      </dl>
    </details>
  );
}

function NoConversion() {
  return (
    <Notice tone="info" title="Nothing was converted during these days">
      <p>
        A conversion is an event called lead or purchase. Choose other days or conversions, or
        remove filters: they pick the visits that count, and a conversion counts with its own visit.
      </p>
    </Notice>
  );
}

/** Where nothing could be divided, something else can. */
function StartOver() {
  return (
    <p>
      Change what is asked above, or{" "}
      <Link from="/sites/$id/attribution" to="." search={{}}>
        begin anew with the channels
      </Link>
      .
    </p>
  );
}
