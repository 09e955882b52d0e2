import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  type RouterHistory,
  redirect,
} from "@tanstack/react-router";
import { sessionQuery } from "./api/session";
import type { Permission } from "./api/types";
import { readBookSearch } from "./book/search";
import { readCalendarSearch } from "./calendar/search";
import { readConflictSearch } from "./conflicts/search";
import { keepReturned } from "./connections/oauth/returned";
import { readImportSearch } from "./datasets/imports/search";
import { readRecordSearch } from "./datasets/records/search";
import { readExplorerSearch } from "./explorer/search";
import { readJobSearch } from "./jobs/search";
import { readPlanSearch } from "./plans/search";
import { readOutcomeSearch, readRunSearch } from "./runs/search";
import { Shell } from "./shell/shell";
import { readAdvertisingSearch } from "./sites/advertising/search";
import { readAttributionSearch } from "./sites/attribution/search";
import { readCohortsSearch } from "./sites/cohorts/search";
import { readFunnelSearch } from "./sites/funnel/search";
import { readJourneysSearch } from "./sites/journeys/search";
import { readRangeSearch } from "./sites/overview/range-search";
import { readOverviewSearch } from "./sites/overview/search";
import { readNowSearch } from "./sites/realtime/search";
import { readReportSearch } from "./sites/reports/search";
import { readNewSyncSearch } from "./syncs/new/search";
import { readSyncSearch } from "./syncs/search";
import { parseSearch, readListSearch, stringifySearch } from "./ui/address";
import { Arriving, BrokenPage, NoAppliance, NoPage } from "./ui/boundary";
import { readUserSearch } from "./users/search";

export type History = RouterHistory;

const root = createRootRouteWithContext<{ queries: QueryClient }>()({ component: Outlet });

/** Everything behind the sign-in; who is not signed in is sent there, and comes back. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  component: Shell,
  errorComponent: NoAppliance,
  pendingComponent: Arriving,
  beforeLoad: async ({ context, location }) => {
    const session = await context.queries.query(sessionQuery);
    if (!session) throw redirect({ to: "/signin", search: { back: location.href } });
    return { session };
  },
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/signin",
  validateSearch: ({ back }): { back?: string } => (typeof back === "string" ? { back } : {}),
  component: lazyRouteComponent(() => import("./signin/signin"), "SignIn"),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  component: lazyRouteComponent(() => import("./setup/setup"), "Setup"),
});

/** A site's figures for whoever has a link; the link stands behind the `#`, and is never sent. */
const shared = createRoute({
  getParentRoute: () => root,
  path: "/shared",
  component: lazyRouteComponent(() => import("./shared/page"), "Shared"),
});

/**
 * Where providers send people back to. Outside the shell: whoever is signed out is told so here,
 * rather than sent on with what they came back with. The address is cleaned before anything else.
 */
const callback = createRoute({
  getParentRoute: () => root,
  path: "/connections/callback/$provider",
  beforeLoad: ({ location, params }) => {
    if (!location.searchStr) return;
    keepReturned(location.searchStr);
    throw redirect({ to: "/connections/callback/$provider", params, search: {}, replace: true });
  },
  component: lazyRouteComponent(() => import("./connections/oauth/callback"), "Callback"),
});

const overview = createRoute({
  getParentRoute: () => signedIn,
  path: "/",
  component: lazyRouteComponent(() => import("./overview/overview"), "Overview"),
});

const siteList = createRoute({
  getParentRoute: () => signedIn,
  path: "/sites",
  staticData: { needs: "site:read" },
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import("./sites/list"), "SiteList"),
});

const newSite = createRoute({
  getParentRoute: () => signedIn,
  path: "/sites/new",
  staticData: { needs: "site:write" },
  component: lazyRouteComponent(() => import("./sites/create"), "NewSite"),
});

const siteOverview = createRoute({
  getParentRoute: () => signedIn,
  path: "/sites/$id",
  staticData: { needs: "analytics:read" },
  validateSearch: readOverviewSearch,
  component: lazyRouteComponent(() => import("./sites/overview/page"), "SiteOverviewPage"),
});

const siteReports = createRoute({
  getParentRoute: () => signedIn,
  path: "/sites/$id/reports",
  staticData: { needs: "analytics:read" },
  validateSearch: readReportSearch,
  component: lazyRouteComponent(() => import("./sites/reports/page"), "SiteReports"),
});

const siteRealTime = createRoute({
  getParentRoute: () => signedIn,
  path: "/sites/$id/realtime",
  staticData: { needs: "analytics:read" },
  validateSearch: readNowSearch,
  component: lazyRouteComponent(() => import("./sites/realtime/page"), "SiteRealTime"),
});

const siteFunnel = createRoute({
  getParentRoute: () => signedIn,
  path: "/sites/$id/funnel",
  staticData: { needs: "analytics:read" },
  validateSearch: readFunnelSearch,
  component: lazyRouteComponent(() => import("./sites/funnel/page"), "SiteFunnel"),
});

const siteAttribution = createRoute({
  getParentRoute: () => signedIn,
  path: "/sites/$id/attribution",
  staticData: { needs: "analytics:read" },
  validateSearch: readAttributionSearch,
  component: lazyRouteComponent(() => import("./sites/attribution/page"), "SiteAttribution"),
});

const siteJourneys = createRoute({
  getParentRoute: () => signedIn,
  path: "/sites/$id/journeys",
  staticData: { needs: "analytics:read" },
  validateSearch: readJourneysSearch,
  component: lazyRouteComponent(() => import("./sites/journeys/page"), "SiteJourneys"),
});

const siteCohorts = createRoute({
  getParentRoute: () => signedIn,
  path: "/sites/$id/cohorts",
  staticData: { needs: "analytics:read" },
  validateSearch: readCohortsSearch,
  component: lazyRouteComponent(() => import("./sites/cohorts/page"), "SiteCohorts"),
});

const siteAdvertising = createRoute({
  getParentRoute: () => signedIn,
  path: "/sites/$id/advertising",
  staticData: { needs: "analytics:read" },
  validateSearch: readAdvertisingSearch,
  component: lazyRouteComponent(() => import("./sites/advertising/page"), "SiteAdvertising"),
});

const siteGoals = createRoute({
  getParentRoute: () => signedIn,
  path: "/sites/$id/goals",
  staticData: { needs: "analytics:read" },
  validateSearch: readRangeSearch,
  component: lazyRouteComponent(() => import("./sites/goals/page"), "SiteGoals"),
});

const siteSetup = createRoute({
  getParentRoute: () => signedIn,
  path: "/sites/$id/setup",
  staticData: { needs: "site:read" },
  component: lazyRouteComponent(() => import("./sites/setup/page"), "SiteSetup"),
});

const siteSharing = createRoute({
  getParentRoute: () => signedIn,
  path: "/sites/$id/sharing",
  staticData: { needs: "site:read" },
  component: lazyRouteComponent(() => import("./sites/sharing/page"), "SiteSharing"),
});

const siteSettings = createRoute({
  getParentRoute: () => signedIn,
  path: "/sites/$id/settings",
  staticData: { needs: "site:read" },
  component: lazyRouteComponent(() => import("./sites/settings"), "SiteSettings"),
});

const datasetList = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets",
  staticData: { needs: "dataset:read" },
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import("./datasets/list"), "DatasetList"),
});

const newDataset = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets/new",
  staticData: { needs: "dataset:write" },
  component: lazyRouteComponent(() => import("./datasets/create/page"), "NewDataset"),
});

const records = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets/$id",
  staticData: { needs: "dataset:read" },
  validateSearch: readRecordSearch,
  component: lazyRouteComponent(() => import("./datasets/records/page"), "Records"),
});

const imports = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets/$id/imports",
  staticData: { needs: "dataset:read" },
  validateSearch: readImportSearch,
  component: lazyRouteComponent(() => import("./datasets/imports/page"), "Imports"),
});

const datasetSharing = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets/$id/sharing",
  staticData: { needs: "dataset:read" },
  component: lazyRouteComponent(() => import("./datasets/sharing/page"), "DatasetSharing"),
});

const datasetSettings = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets/$id/settings",
  staticData: { needs: "dataset:read" },
  component: lazyRouteComponent(() => import("./datasets/settings"), "DatasetSettings"),
});

const connectionList = createRoute({
  getParentRoute: () => signedIn,
  path: "/connections",
  staticData: { needs: "connection:read" },
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import("./connections/list"), "ConnectionList"),
});

const newConnection = createRoute({
  getParentRoute: () => signedIn,
  path: "/connections/new",
  staticData: { needs: "connection:write" },
  component: lazyRouteComponent(() => import("./connections/create"), "NewConnection"),
});

const connection = createRoute({
  getParentRoute: () => signedIn,
  path: "/connections/$id",
  staticData: { needs: "connection:read" },
  component: lazyRouteComponent(() => import("./connections/page"), "ConnectionPage"),
});

const health = createRoute({
  getParentRoute: () => signedIn,
  path: "/health",
  staticData: { needs: "connection:read" },
  component: lazyRouteComponent(() => import("./health/page"), "Health"),
});

const syncList = createRoute({
  getParentRoute: () => signedIn,
  path: "/syncs",
  staticData: { needs: "sync:read" },
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import("./syncs/list"), "SyncList"),
});

const newSync = createRoute({
  getParentRoute: () => signedIn,
  path: "/syncs/new",
  staticData: { needs: "sync:write" },
  validateSearch: readNewSyncSearch,
  component: lazyRouteComponent(() => import("./syncs/new/page"), "NewSync"),
});

const sync = createRoute({
  getParentRoute: () => signedIn,
  path: "/syncs/$id",
  staticData: { needs: "sync:read" },
  validateSearch: readSyncSearch,
  component: lazyRouteComponent(() => import("./syncs/page"), "SyncPage"),
});

const syncSchedule = createRoute({
  getParentRoute: () => signedIn,
  path: "/syncs/$id/schedule",
  staticData: { needs: "sync:read" },
  component: lazyRouteComponent(() => import("./syncs/schedule/page"), "SyncSchedule"),
});

const conflictInbox = createRoute({
  getParentRoute: () => signedIn,
  path: "/conflicts",
  staticData: { needs: "sync:read" },
  validateSearch: readConflictSearch,
  component: lazyRouteComponent(() => import("./conflicts/inbox"), "ConflictInbox"),
});

const runList = createRoute({
  getParentRoute: () => signedIn,
  path: "/runs",
  staticData: { needs: "sync:read" },
  validateSearch: readRunSearch,
  component: lazyRouteComponent(() => import("./runs/list"), "RunList"),
});

const run = createRoute({
  getParentRoute: () => signedIn,
  path: "/runs/$id",
  staticData: { needs: "sync:read" },
  validateSearch: readOutcomeSearch,
  component: lazyRouteComponent(() => import("./runs/page"), "RunPage"),
});

const jobList = createRoute({
  getParentRoute: () => signedIn,
  path: "/jobs",
  validateSearch: readJobSearch,
  component: lazyRouteComponent(() => import("./jobs/list"), "JobList"),
});

const calendar = createRoute({
  getParentRoute: () => signedIn,
  path: "/calendar",
  validateSearch: readCalendarSearch,
  component: lazyRouteComponent(() => import("./calendar/page"), "CalendarPage"),
});

const plan = createRoute({
  getParentRoute: () => signedIn,
  path: "/plans/$id",
  staticData: { needs: "sync:read" },
  validateSearch: readPlanSearch,
  component: lazyRouteComponent(() => import("./plans/page"), "PlanPage"),
});

const account = createRoute({
  getParentRoute: () => signedIn,
  path: "/account",
  component: lazyRouteComponent(() => import("./account/account"), "Account"),
});

const users = createRoute({
  getParentRoute: () => signedIn,
  path: "/users",
  staticData: { needs: "user:manage" },
  validateSearch: readUserSearch,
  component: lazyRouteComponent(() => import("./users/users"), "Users"),
});

const book = createRoute({
  getParentRoute: () => signedIn,
  path: "/book",
  staticData: { needs: "audit:read" },
  validateSearch: readBookSearch,
  component: lazyRouteComponent(() => import("./book/book"), "Book"),
});

const system = createRoute({
  getParentRoute: () => signedIn,
  path: "/system",
  staticData: { needs: "system:read" },
  component: lazyRouteComponent(() => import("./system/system"), "System"),
});

const explorer = createRoute({
  getParentRoute: () => signedIn,
  path: "/developers",
  validateSearch: readExplorerSearch,
  component: lazyRouteComponent(() => import("./explorer/page"), "Explorer"),
});

const tree = root.addChildren([
  signIn,
  setup,
  shared,
  callback,
  signedIn.addChildren([
    overview,
    siteList,
    newSite,
    siteOverview,
    siteReports,
    siteRealTime,
    siteFunnel,
    siteAttribution,
    siteJourneys,
    siteCohorts,
    siteAdvertising,
    siteGoals,
    siteSetup,
    siteSharing,
    siteSettings,
    datasetList,
    newDataset,
    records,
    imports,
    datasetSharing,
    datasetSettings,
    connectionList,
    newConnection,
    connection,
    health,
    syncList,
    newSync,
    sync,
    syncSchedule,
    conflictInbox,
    runList,
    run,
    jobList,
    calendar,
    plan,
    account,
    users,
    book,
    system,
    explorer,
  ]),
]);

/** Builds the map of all addresses. */
export function createAppRouter(queries: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree: tree,
    context: { queries },
    history,
    defaultErrorComponent: BrokenPage,
    defaultNotFoundComponent: NoPage,
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultPreload: "intent",
  });
}

export type AppRouter = ReturnType<typeof createAppRouter>;

declare module "@tanstack/react-router" {
  interface Register {
    router: AppRouter;
  }
  interface StaticDataRouteOption {
    /** What one must be allowed to see the page at all. */
    needs?: Permission;
  }
}
