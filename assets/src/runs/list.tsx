import { Link } from "@tanstack/react-router";
import { $api } from "../api/client";
import { Button } from "../ui/button";
import { Empty } from "../ui/empty";
import { Failure } from "../ui/notice";
import { Page } from "../ui/page";
import { SkeletonRows } from "../ui/skeleton";
import { hasEnded } from "./state";
import { RunTable } from "./table";

const pageSize = 50;

/** Every run of the user's syncs, newest first. */
export function RunList() {
  const runs = $api.useInfiniteQuery(
    "get",
    "/runs",
    { params: { query: { limit: pageSize } } },
    {
      pageParamName: "after",
      initialPageParam: null,
      getNextPageParam: ({ next }) => next,
      refetchInterval: ({ state }) =>
        state.data?.pages.some(({ items }) => items.some((run) => !hasEnded(run))) ? 2_000 : 30_000,
    },
  );
  const items = runs.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Page title="Runs" lead="What each sync did, and when.">
      {runs.isError && <Failure error={runs.error} onRetry={() => runs.refetch()} />}
      {runs.isPending && <SkeletonRows rows={8} />}
      {runs.isSuccess && items.length === 0 && <NoRuns />}
      {items.length > 0 && <RunTable label="Runs" runs={items} />}
      {runs.hasNextPage && (
        <div className="actions">
          <Button isDisabled={runs.isFetchingNextPage} onPress={() => runs.fetchNextPage()}>
            Show older runs
          </Button>
        </div>
      )}
    </Page>
  );
}

function NoRuns() {
  return (
    <Empty
      icon="run"
      title="Nothing has run yet"
      action={
        <Link to="/syncs" className="button primary">
          To the syncs
        </Link>
      }
    >
      <p>A sync runs when you start it. Every run stays here with all it did.</p>
    </Empty>
  );
}
