import { getRouteApi } from "@tanstack/react-router";
import { $api } from "../../api/client";
import { useMay } from "../../api/session";
import { FactsWaiting } from "../../ui/facts";
import { Loaded } from "../../ui/loaded";
import { Notice } from "../../ui/notice";
import { Pinned } from "../../ui/pinned";
import { ThingPage } from "../../ui/thing-page";
import { ScheduleForm } from "./form";
import { useKept } from "./kept";

const route = getRouteApi("/signed-in/syncs/$id/schedule");

/** Sets or changes when a sync runs by itself. */
export function SyncSchedule() {
  const { id } = route.useParams();
  const navigate = route.useNavigate();
  const sync = $api.useQuery("get", "/syncs/{id}", { params: { path: { id } } });
  const kept = useKept(id);
  const mayRun = useMay("sync:run");
  const leave = () => navigate({ to: "/syncs/$id", params: { id } });
  return (
    <ThingPage
      query={sync}
      crumbs={[
        { label: "Syncs", to: "/syncs" },
        { label: sync.data?.name ?? "The sync", to: `/syncs/${id}` },
      ]}
      titleOf={({ name }) => `${name}: Schedule`}
      lead={() =>
        "Such runs wait for each other and for their vendor, and not for the limits on starts."
      }
    >
      {(sync) =>
        mayRun ? (
          <Loaded query={kept} waiting={<FactsWaiting count={3} />}>
            {(kept) => (
              <Pinned thing={kept}>
                {(seen, { hold, release }) => (
                  <ScheduleForm
                    sync={sync}
                    kept={seen}
                    onFocus={hold}
                    onReload={release}
                    onDone={leave}
                  />
                )}
              </Pinned>
            )}
          </Loaded>
        ) : (
          <Notice tone="info" title="Your roles do not let you run syncs">
            <p>An administrator can give you the role of a member.</p>
          </Notice>
        )
      }
    </ThingPage>
  );
}
