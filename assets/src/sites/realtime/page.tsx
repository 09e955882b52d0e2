import { getRouteApi } from "@tanstack/react-router";
import { $api } from "../../api/client";
import type { RealTime, Site } from "../../api/types";
import { Loaded } from "../../ui/loaded";
import { Failure } from "../../ui/notice";
import { SiteFrame } from "../frame";
import { NoEvents } from "../overview/no-events";
import { OverviewWaiting } from "../overview/waiting";
import { Conversions } from "./conversions";
import { Feed } from "./feed";
import { ActiveNow } from "./lists";
import { Pulse } from "./pulse";
import { NowTiles } from "./tiles";

const route = getRouteApi("/signed-in/sites/$id/realtime");
/** Read again so often, while somebody looks. */
const refreshMs = 30_000;

/** Who is at a site now, and what they do. */
export function SiteRealTime() {
  const { id } = route.useParams();
  return (
    <SiteFrame id={id} tab="Real time" about="real-time">
      {(site) =>
        site.last_event_at ? <Board key={site.id} site={site} /> : <NoEvents site={site} />
      }
    </SiteFrame>
  );
}

function Board({ site: { id } }: { site: Site }) {
  // Where the page is hidden nothing is read, and at once when it is looked at again.
  const now = $api.useQuery(
    "get",
    "/sites/{id}/realtime",
    { params: { path: { id } } },
    { refetchInterval: refreshMs },
  );
  return (
    <>
      {now.data && <Refreshed now={now.data} isOld={now.isRefetchError} />}
      {now.isRefetchError && <Failure error={now.error} onRetry={() => now.refetch()} />}
      <Loaded query={now} waiting={<OverviewWaiting />}>
        {(found) => (
          <div className="report" data-old={now.isRefetchError || undefined}>
            <Figures now={found} />
          </div>
        )}
      </Loaded>
    </>
  );
}

/** When the figures were read. They change every half minute, so nobody is read to from them. */
function Refreshed({ now: { known_at, time_zone }, isOld }: { now: RealTime; isOld: boolean }) {
  const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: time_zone });
  const time = <time dateTime={known_at}>{clock.format(new Date(known_at))}</time>;
  return (
    <p className="quiet">
      {isOld ? (
        <>These figures are old: they could not be read again since {time}.</>
      ) : (
        <>Refreshed at {time}, and every 30 seconds while this page is open.</>
      )}
    </p>
  );
}

function Figures({ now }: { now: RealTime }) {
  return (
    <>
      <NowTiles now={now} />
      <Pulse now={now} />
      <ActiveNow now={now} />
      <Conversions now={now} />
      <Feed now={now} />
    </>
  );
}
