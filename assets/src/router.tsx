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
import { readBookSearch } from "./book/search";
import { readImportSearch } from "./datasets/imports/search";
import { readRecordSearch } from "./datasets/records/search";
import { readExplorerSearch } from "./explorer/search";
import { readPlanSearch } from "./plans/search";
import { readOutcomeSearch, readRunSearch } from "./runs/search";
import { Shell } from "./shell/shell";
import { readNewSyncSearch } from "./syncs/new/search";
import { readSyncSearch } from "./syncs/search";
import { readListSearch } from "./ui/address";
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

const overview = createRoute({
  getParentRoute: () => signedIn,
  path: "/",
  component: lazyRouteComponent(() => import("./overview/overview"), "Overview"),
});

const datasetList = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets",
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import("./datasets/list"), "DatasetList"),
});

const newDataset = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets/new",
  component: lazyRouteComponent(() => import("./datasets/create/page"), "NewDataset"),
});

const records = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets/$id",
  validateSearch: readRecordSearch,
  component: lazyRouteComponent(() => import("./datasets/records/page"), "Records"),
});

const imports = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets/$id/imports",
  validateSearch: readImportSearch,
  component: lazyRouteComponent(() => import("./datasets/imports/page"), "Imports"),
});

const datasetSharing = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets/$id/sharing",
  component: lazyRouteComponent(() => import("./datasets/sharing/page"), "DatasetSharing"),
});

const datasetSettings = createRoute({
  getParentRoute: () => signedIn,
  path: "/datasets/$id/settings",
  component: lazyRouteComponent(() => import("./datasets/settings"), "DatasetSettings"),
});

const connectionList = createRoute({
  getParentRoute: () => signedIn,
  path: "/connections",
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import("./connections/list"), "ConnectionList"),
});

const newConnection = createRoute({
  getParentRoute: () => signedIn,
  path: "/connections/new",
  component: lazyRouteComponent(() => import("./connections/create"), "NewConnection"),
});

const connection = createRoute({
  getParentRoute: () => signedIn,
  path: "/connections/$id",
  component: lazyRouteComponent(() => import("./connections/page"), "ConnectionPage"),
});

const syncList = createRoute({
  getParentRoute: () => signedIn,
  path: "/syncs",
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import("./syncs/list"), "SyncList"),
});

const newSync = createRoute({
  getParentRoute: () => signedIn,
  path: "/syncs/new",
  validateSearch: readNewSyncSearch,
  component: lazyRouteComponent(() => import("./syncs/new/page"), "NewSync"),
});

const sync = createRoute({
  getParentRoute: () => signedIn,
  path: "/syncs/$id",
  validateSearch: readSyncSearch,
  component: lazyRouteComponent(() => import("./syncs/page"), "SyncPage"),
});

const syncSchedule = createRoute({
  getParentRoute: () => signedIn,
  path: "/syncs/$id/schedule",
  component: lazyRouteComponent(() => import("./syncs/schedule/page"), "SyncSchedule"),
});

const runList = createRoute({
  getParentRoute: () => signedIn,
  path: "/runs",
  validateSearch: readRunSearch,
  component: lazyRouteComponent(() => import("./runs/list"), "RunList"),
});

const run = createRoute({
  getParentRoute: () => signedIn,
  path: "/runs/$id",
  validateSearch: readOutcomeSearch,
  component: lazyRouteComponent(() => import("./runs/page"), "RunPage"),
});

const plan = createRoute({
  getParentRoute: () => signedIn,
  path: "/plans/$id",
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
  validateSearch: readUserSearch,
  component: lazyRouteComponent(() => import("./users/users"), "Users"),
});

const book = createRoute({
  getParentRoute: () => signedIn,
  path: "/book",
  validateSearch: readBookSearch,
  component: lazyRouteComponent(() => import("./book/book"), "Book"),
});

const system = createRoute({
  getParentRoute: () => signedIn,
  path: "/system",
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
  signedIn.addChildren([
    overview,
    datasetList,
    newDataset,
    records,
    imports,
    datasetSharing,
    datasetSettings,
    connectionList,
    newConnection,
    connection,
    syncList,
    newSync,
    sync,
    syncSchedule,
    runList,
    run,
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
    scrollRestoration: true,
    defaultPreload: "intent",
  });
}

export type AppRouter = ReturnType<typeof createAppRouter>;

declare module "@tanstack/react-router" {
  interface Register {
    router: AppRouter;
  }
}
