import { getRouteApi, Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { isRefused } from "../../api/problem";
import type { Report, Site } from "../../api/types";
import { type Day, dayOf } from "../../calendar/days";
import { changeSearch } from "../../ui/address";
import { Button } from "../../ui/button";
import { formatAmount } from "../../ui/format";
import { Loaded } from "../../ui/loaded";
import { Failure, Notice } from "../../ui/notice";
import { Panel } from "../../ui/page";
import { SkeletonRows } from "../../ui/skeleton";
import { useNow } from "../../ui/time";
import { ExportMenu } from "../exports/menu";
import { isTime } from "../filters/dimensions";
import { useReports } from "../filters/use-report";
import { SiteFrame } from "../frame";
import { NoEvents } from "../overview/no-events";
import { Footnotes, Known } from "../overview/notes";
import { areDaily } from "../overview/points";
import { type Range, rangeOf } from "../overview/range";
import type { Compare } from "../overview/range-search";
import { Compared, RangeSteps } from "../overview/toolbar";
import { zoneOf } from "../overview/zone";
import { SavedReports } from "../saved/saved";
import { Builder, Presets } from "./builder";
import { drawingOf } from "./drawing";
import { placeWords, Rows, titleOf } from "./rows";
import { askedFor, pageRows, type Wanted, wantedOf } from "./search";
import { useShowReport } from "./show";

// Charts are large, and most reports have none.
const Drawn = lazy(async () => ({ default: (await import("./drawn")).Drawn }));

const route = getRouteApi("/signed-in/sites/$id/reports");
const tickMs = 30_000;

/** Any figures of a site by anything that tells its visits apart. */
export function SiteReports() {
  const { id } = route.useParams();
  return (
    <SiteFrame id={id} tab="Reports" about="reports">
      {(site) =>
        site.last_event_at ? <Workbench key={site.id} site={site} /> : <NoEvents site={site} />
      }
    </SiteFrame>
  );
}

function Workbench({ site }: { site: Site }) {
  const search = route.useSearch();
  const show = useShowReport();
  const today = dayOf(useNow(tickMs), zoneOf(site));
  const range = rangeOf(search, today);
  const wanted = wantedOf(search);
  const days = { ...range, compare: search.compare ?? "previous" } as const;
  const report = { ...days, ...askedFor(wanted) };
  const reports = useReports<"rows" | "drawn" | "before">(site.id, {
    rows: report,
    ...drawingOf(wanted, days, today),
  });
  return (
    <>
      <div className="toolbar range-toolbar">
        <RangeSteps site={site} search={search} range={range} today={today} show={show} />
        <Compared compare={search.compare} show={show} />
        {reports.data?.rows && <Known known={reports.data.rows} />}
        <ExportMenu siteId={site.id} question={{ report }} />
      </div>
      <div className="stack">
        <div className="toolbar">
          <Presets wanted={wanted} />
          <SavedReports siteId={site.id} search={search} days={range} wanted={wanted} />
        </div>
        <Builder wanted={wanted} place={{ siteId: site.id, ...range }} />
      </div>
      {reports.isRefetchError && (
        <Failure error={reports.error} onRetry={() => reports.refetch()} />
      )}
      {reports.isLoadingError && isRefused(reports.error) && <StartOver />}
      <Loaded query={reports} waiting={<SkeletonRows rows={12} />}>
        {(found) => (
          <div className="report" data-old={reports.isPlaceholderData || undefined}>
            <Answer found={found} wanted={wanted} site={site} days={days} today={today} />
          </div>
        )}
      </Loaded>
    </>
  );
}

interface AnswerProps {
  /** What is told in rows, and what is drawn where a time is told apart. */
  found: { rows?: Report; drawn?: Report; before?: Report };
  wanted: Wanted;
  site: Site;
  days: Range & { compare: Compare };
  today: Day;
}

function Answer({ found, wanted, site, days, today }: AnswerProps) {
  const { rows, drawn, before } = found;
  const { visitor_ids } = site;
  const isDaily = areDaily({ ...days, visitor_ids });
  const isOpen = days.to === today;
  const [first] = wanted.dimensions;
  if (!rows) return null;
  return (
    <>
      <Footnotes overview={{ ...rows, visitor_ids }} isOpen={isOpen} />
      {first !== undefined && isTime(first) && drawn && (
        <Suspense fallback={<div className="card trend waiting" />}>
          <Drawn
            drawn={drawn}
            before={before}
            wanted={wanted}
            dimension={first}
            isDaily={isDaily}
            isOpen={isOpen}
          />
        </Suspense>
      )}
      <Found report={rows} wanted={wanted} isDaily={isDaily} />
    </>
  );
}

/** Where a report could not be told, another one can. */
function StartOver() {
  return (
    <p>
      Change the report above, or{" "}
      <Link from="/sites/$id/reports" to="." search={{}}>
        begin anew with the landing pages
      </Link>
      .
    </p>
  );
}

interface FoundProps {
  report: Report;
  wanted: Wanted;
  isDaily: boolean;
}

function Found({ report, wanted, isDaily }: FoundProps) {
  const { dimensions, page } = wanted;
  if (report.found === 0 && dimensions.length > 0) return <NoRows wanted={wanted} />;
  return (
    <Panel
      title={titleOf(dimensions)}
      aside={
        <p className="quiet" role="status">
          {dimensions.length > 0 && formatAmount(report.found, "row")}
        </p>
      }
    >
      <Rows report={report} wanted={wanted} isDaily={isDaily} />
      {(page > 1 || report.found > report.rows.length) && (
        <Paging page={page} shown={report.rows.length} found={report.found} />
      )}
    </Panel>
  );
}

function NoRows({ wanted: { filters, segment } }: { wanted: Wanted }) {
  const isNarrowed = filters.length > 0 || segment !== undefined;
  return (
    <Notice
      tone="info"
      title={isNarrowed ? "No visit fits these filters" : "Nothing came in during these days"}
    >
      <p>
        {isNarrowed ? "Change or remove one of them, choose other days, or " : "Choose others, or "}
        <Link
          from="/sites/$id/reports"
          to="."
          search={(now) =>
            changeSearch(
              now,
              isNarrowed
                ? { filters: undefined, segment: undefined }
                : { range: "year", from: undefined, to: undefined },
            )
          }
        >
          {isNarrowed ? "look at all visits" : "look at this year"}
        </Link>
        .
      </p>
    </Notice>
  );
}

interface PagingProps {
  page: number;
  shown: number;
  found: number;
}

/** Which rows stand there, and the way to those before and after. */
function Paging({ page, shown, found }: PagingProps) {
  const show = useShowReport();
  const turn = (to: number) => show({ page: to > 1 ? String(to) : undefined });
  const last = Math.max(1, Math.ceil(found / pageRows));
  return (
    <div className="actions paging">
      <p className="quiet" role="status">
        {shown > 0
          ? placeWords(page, shown, found, pageRows)
          : `There is no page ${page}; the last one is ${last}.`}
      </p>
      <Button
        icon="chevronLeft"
        isDisabled={page === 1}
        onPress={() => turn(Math.min(page - 1, last))}
      >
        Rows before
      </Button>
      <Button icon="chevronRight" isDisabled={page >= last} onPress={() => turn(page + 1)}>
        Rows after
      </Button>
    </div>
  );
}
