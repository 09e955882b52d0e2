import { keepPreviousData } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { $api } from "../../api/client";
import type { Goal, Site } from "../../api/types";
import { dayOf } from "../../calendar/days";
import { Empty } from "../../ui/empty";
import { Loaded } from "../../ui/loaded";
import { Failure } from "../../ui/notice";
import { Panel } from "../../ui/page";
import { SkeletonRows } from "../../ui/skeleton";
import { useNow } from "../../ui/time";
import { useMayEdit } from "../access";
import { SiteFrame } from "../frame";
import { Footnotes, Known } from "../overview/notes";
import { type Range, rangeOf } from "../overview/range";
import type { Compare } from "../overview/range-search";
import { Compared, RangeSteps } from "../overview/toolbar";
import { zoneOf } from "../overview/zone";
import { GoalForm } from "./form";
import { useGoals } from "./goals";
import { useShowGoals } from "./show";
import { GoalTable } from "./table";

const route = getRouteApi("/signed-in/sites/$id/goals");
const tickMs = 30_000;

/** What a site counts as conversions of its own, and how often that happens. */
export function SiteGoals() {
  const { id } = route.useParams();
  return (
    <SiteFrame id={id} tab="Goals" about="goals">
      {(site) => <Workbench key={site.id} site={site} />}
    </SiteFrame>
  );
}

function Workbench({ site }: { site: Site }) {
  const search = route.useSearch();
  const today = dayOf(useNow(tickMs), zoneOf(site));
  const range = rangeOf(search, today);
  const goals = useGoals(site.id);
  const mayEdit = useMayEdit();
  return (
    <Loaded query={goals} waiting={<SkeletonRows rows={6} />}>
      {({ items }) => (
        <>
          {items.length > 0 ? (
            <Figures site={site} goals={items} today={today} />
          ) : (
            <Empty icon="chart" title="No goals yet">
              <p>
                A goal is an event or a page that {site.name} wants its visitors to come to. It is
                told of days before, too.
              </p>
            </Empty>
          )}
          {mayEdit && <Add site={site} range={range} />}
        </>
      )}
    </Loaded>
  );
}

/** The form for one more, empty again once it is added. */
function Add({ site, range }: { site: Site; range: Range }) {
  const [added, setAdded] = useState(0);
  return (
    <Panel title="Add a goal">
      <GoalForm
        key={added}
        site={site}
        place={{ siteId: site.id, ...range }}
        onSaved={() => setAdded(added + 1)}
      />
    </Panel>
  );
}

interface FiguresProps {
  site: Site;
  goals: readonly Goal[];
  today: string;
}

function Figures({ site, goals, today }: FiguresProps) {
  const search = route.useSearch();
  const show = useShowGoals();
  const range = rangeOf(search, today);
  const figures = useFigures(site, range, search.compare ?? "previous");
  return (
    <>
      <div className="toolbar range-toolbar">
        <RangeSteps site={site} search={search} range={range} today={today} show={show} />
        <Compared compare={search.compare} show={show} />
        {figures.data && <Known known={figures.data} />}
      </div>
      {figures.isRefetchError && (
        <Failure error={figures.error} onRetry={() => figures.refetch()} />
      )}
      <Loaded query={figures} waiting={<SkeletonRows rows={6} />}>
        {(found) => (
          <div className="report" data-old={figures.isPlaceholderData || undefined}>
            <Panel title="Goals">
              <GoalTable
                site={site}
                figures={found}
                goals={goals}
                place={{ siteId: site.id, ...range }}
              />
            </Panel>
            <Footnotes overview={found} isOpen={range.to === today} />
          </div>
        )}
      </Loaded>
    </>
  );
}

/** How often goals were reached in the range; what was known before stays until that is counted. */
function useFigures({ id }: Site, { from, to }: Range, compare: Compare) {
  return $api.useQuery(
    "get",
    "/sites/{id}/goal-figures",
    { params: { path: { id }, query: { from, to, compare } } },
    { placeholderData: keepPreviousData },
  );
}
