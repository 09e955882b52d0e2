import { $api } from "../api/client";
import type { Sync } from "../api/types";
import { useMakePlan } from "../plans/make";
import { PlanTable } from "../plans/table";
import { Button } from "../ui/button";
import { Menu } from "../ui/menu";
import { Failure } from "../ui/notice";
import { Panel } from "../ui/page";

/** Asks for a plan: against what was agreed last, or after reading what is there. */
export function PlanNow({ sync }: { sync: Sync }) {
  const make = useMakePlan(sync.id);
  const reads = sync.direction !== "push";
  if (reads || sync.resend_unknown) {
    // What comes from there can only be read there, and a hook shows nothing.
    return (
      <>
        <Button icon="search" isDisabled={make.isPending} onPress={() => make.mutate(reads)}>
          Plan
        </Button>
        <Failure error={make.error} />
      </>
    );
  }
  return (
    <>
      <Menu
        label="Plan"
        icon="search"
        items={[
          {
            id: "agreed",
            label: "Compare with what was agreed last",
            onAction: () => make.mutate(false),
          },
          {
            id: "read",
            label: "Read what is there first, then compare",
            onAction: () => make.mutate(true),
          },
        ]}
      />
      <Failure error={make.error} />
    </>
  );
}

const shown = 5;

/** The last plans of a sync; nothing while there was none. */
export function Plans({ sync: { id } }: { sync: Sync }) {
  const plans = $api.useQuery(
    "get",
    "/syncs/{id}/plans",
    { params: { path: { id }, query: { limit: shown } } },
    {
      refetchInterval: ({ state }) =>
        state.data?.items.some(({ state }) => state === "making") ? 2_000 : 30_000,
    },
  );
  const items = plans.data?.items ?? [];
  if (items.length === 0 && !plans.isError) return null;
  return (
    <Panel title="Last plans">
      <Failure error={plans.error} onRetry={() => plans.refetch()} />
      {items.length > 0 && <PlanTable plans={items} />}
    </Panel>
  );
}
