import type { ReactNode } from "react";
import { $api } from "../api/client";
import { useMay } from "../api/session";
import type { Site } from "../api/types";
import { BookLink } from "../book/link";
import { SharedBy } from "../sharing/shared-by";
import { Tabs } from "../ui/tabs";
import { ThingPage } from "../ui/thing-page";
import { MayEdit } from "./access";

interface FrameProps {
  id: string;
  /** Which of the sister pages: stands in the window's title. */
  tab?: string;
  /** Which part of the handbook says how its figures are counted. */
  about?:
    | "what-is-counted"
    | "real-time"
    | "reports"
    | "funnels"
    | "goals"
    | "attribution"
    | "journeys"
    | "cohorts"
    | "advertising";
  children: (site: Site) => ReactNode;
}

/** What is looked at stays what it is, however one looks at it; ... */
const keeps = ["range", "from", "to", "compare", "filters", "segment"];
/** ... but where segments are not known, the address names none. */
const keepsFilters = ["range", "from", "to", "compare", "filters"];

/** ... and where neither are, the days alone. */
const keepsDays = ["range", "from", "to", "compare"];

/** The head that all pages of one site share. */
export function SiteFrame({ id, tab, about = "what-is-counted", children }: FrameProps) {
  const site = useSite(id);
  const mayWrite = useMay("site:write");
  const mayEdit = mayWrite && site.data !== undefined && site.data.access !== "view";
  const mayCount = useMay("analytics:read");
  const tabs = [
    { to: `/sites/${id}`, label: "Overview", keeps },
    ...(mayCount
      ? [
          { to: `/sites/${id}/realtime`, label: "Real time", keeps: keepsFilters },
          { to: `/sites/${id}/reports`, label: "Reports", keeps },
          { to: `/sites/${id}/funnel`, label: "Funnel", keeps },
          { to: `/sites/${id}/goals`, label: "Goals", keeps: keepsDays },
          { to: `/sites/${id}/attribution`, label: "Attribution", keeps },
          { to: `/sites/${id}/journeys`, label: "Journeys", keeps },
          { to: `/sites/${id}/cohorts`, label: "Cohorts", keeps },
          { to: `/sites/${id}/advertising`, label: "Advertising", keeps: keepsFilters },
        ]
      : []),
    { to: `/sites/${id}/setup`, label: "Set up" },
    { to: `/sites/${id}/sharing`, label: "Sharing" },
    ...(mayEdit ? [{ to: `/sites/${id}/settings`, label: "Settings" }] : []),
  ];
  return (
    <ThingPage
      query={site}
      crumbs={[{ label: "Sites", to: "/sites" }]}
      titleOf={({ name }) => (tab ? `${name}: ${tab}` : name)}
      lead={({ domain, time_zone, currency, access, shared_by }) => (
        <>
          {shared_by && <SharedBy access={access} owner={shared_by} />}
          <span>
            {domain}, in {currency}, by the clocks of {time_zone}
          </span>
          <BookLink id={id} />
          <a href={`/handbook/analytics#${about}`}>How it is counted</a>
        </>
      )}
      tabs={<Tabs label="Site" tabs={tabs} />}
    >
      {(site) => <MayEdit value={mayEdit}>{children(site)}</MayEdit>}
    </ThingPage>
  );
}

/** How often it is looked whether the first event has come. */
const waitingMs = 5_000;

/** One site; looked at again and again until something has come in. */
export function useSite(id: string) {
  return $api.useQuery(
    "get",
    "/sites/{id}",
    { params: { path: { id } } },
    {
      refetchInterval: ({ state }) => (state.data && !state.data.last_event_at ? waitingMs : false),
    },
  );
}
