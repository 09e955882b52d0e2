import { getRouteApi, Link } from "@tanstack/react-router";
import { $api } from "../api/client";
import { rowsOf, useSyncs } from "../api/lists";
import { changeSearch } from "../ui/address";
import { Select } from "../ui/fields";
import { Listing } from "../ui/listing";
import { hasEnded } from "./state";
import { runColumns } from "./table";

const route = getRouteApi("/signed-in/runs");
const pageSize = 50;
const everySync = { value: "", label: "Every sync" };

/** Every run of the user's syncs, newest first. */
export function RunList() {
  const { sync } = route.useSearch();
  return (
    <Listing
      title="Runs"
      lead="What each sync did, and when."
      noun="run"
      pages={useRuns(sync)}
      columns={runColumns}
      filters={<SyncFilter />}
      more="Show older runs"
      isNarrowed={sync !== undefined}
      empty={{
        icon: "run",
        title: "Nothing has run yet",
        text: "A sync runs when you start it. Every run stays here with all it did.",
        action: (
          <Link to="/syncs" className="button primary">
            To the syncs
          </Link>
        ),
      }}
    />
  );
}

function useRuns(sync: string | undefined) {
  return $api.useInfiniteQuery(
    "get",
    "/runs",
    { params: { query: { limit: pageSize, sync_id: sync } } },
    {
      pageParamName: "after",
      initialPageParam: null,
      getNextPageParam: ({ next }) => next,
      refetchInterval: ({ state }) =>
        state.data?.pages.some(({ items }) => items.some((run) => !hasEnded(run))) ? 2_000 : 30_000,
    },
  );
}

function SyncFilter() {
  const { sync = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const syncs = useSyncs();
  const items = rowsOf(syncs);
  return (
    <Select
      label="Sync"
      hideLabel
      options={[everySync, ...items.map(({ id, name }) => ({ value: id, label: name }))]}
      value={sync}
      onChange={(sync) => navigate({ search: (now) => changeSearch(now, { sync }) })}
    />
  );
}
