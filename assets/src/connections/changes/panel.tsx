import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { $api, client } from "../../api/client";
import { useRefresh } from "../../api/queries";
import type { Connection, DrawnSubscription, Subscription } from "../../api/types";
import { type Fact, Facts } from "../../ui/facts";
import { Loaded } from "../../ui/loaded";
import { Failure, Notice } from "../../ui/notice";
import { Panel } from "../../ui/page";
import { Ago } from "../../ui/time";
import { DrawAddress, EndSubscription } from "./acts";
import { Steps } from "./steps";

/** While somebody is at the provider's page, what came is looked for so often. */
const liveMs = 3_000;

/** How a provider is had to tell of changes that is set up by hand. */
export function Changes({ connection, mayWrite }: { connection: Connection; mayWrite: boolean }) {
  const [drawn, setDrawn] = useState<DrawnSubscription>();
  const [token, setToken] = useState<string>();
  const refresh = useRefresh();
  const params = { path: { id: connection.id } };
  const subscription = $api.useQuery(
    "get",
    "/connections/{id}/subscription",
    { params },
    {
      refetchInterval: ({ state: { data } }) =>
        data?.state === "waiting" || data?.state === "verifying" ? liveMs : false,
    },
  );
  const keep = (made: DrawnSubscription | undefined) => {
    setDrawn(made);
    setToken(undefined);
    return refresh("/connections", "/syncs");
  };
  const show = useMutation({
    mutationFn: async () => {
      const { data } = await client.POST("/connections/{id}/subscription/token", { params });
      return data?.verification_token;
    },
    onSuccess: (shown) => {
      setToken(shown);
      return refresh("/connections");
    },
  });
  const begun = subscription.data && subscription.data.state !== "none";
  return (
    <Panel
      title="Receive changes"
      aside={
        mayWrite &&
        begun && (
          <div className="actions">
            <DrawAddress connection={connection} isAnother onDrawn={keep} />
            <EndSubscription connection={connection} onEnded={() => keep(undefined)} />
          </div>
        )
      }
    >
      <p className="quiet-value">
        Notion can tell this appliance when something changes, so that a sync runs at once and not
        at its next time alone. Notion wants that set up by hand, in the settings of the
        integration.
      </p>
      <Loaded query={subscription}>
        {(found) => (
          <div className="stack">
            <Trouble subscription={found} />
            {found.state === "none" && mayWrite && (
              <div className="actions">
                <DrawAddress connection={connection} onDrawn={keep} />
              </div>
            )}
            {found.state === "none" && !mayWrite && <p>Nobody has set it up.</p>}
            {found.state === "active" && (
              <div className="card">
                <Facts facts={factsOf(found)} />
              </div>
            )}
            {(found.state === "waiting" || found.state === "verifying") && (
              <Steps
                subscription={found}
                address={drawn?.address}
                token={token}
                onShow={mayWrite && !show.isPending ? show.mutate : undefined}
              />
            )}
            <Failure error={show.error} />
          </div>
        )}
      </Loaded>
    </Panel>
  );
}

function factsOf({ active_since, last_event_at, hint }: Subscription): Fact[] {
  const moment = (time: string | undefined) => (time ? <Ago time={time} /> : "Nothing yet");
  return [
    { label: "Notion tells of changes since", value: moment(active_since) },
    { label: "Last told", value: moment(last_event_at) },
    { label: "Address", value: <code>/pings/{hint}</code> },
  ];
}

/** What is wrong with a subscription, and what helps. */
function Trouble({ subscription }: { subscription: Subscription }) {
  const { state, last_refused_at, last_event_at } = subscription;
  if (state === "expired") {
    return (
      <Notice tone="warn" title="Nothing came within an hour">
        <p>The address leads nowhere any more. Draw another one, and give it to Notion.</p>
      </Notice>
    );
  }
  if (!last_refused_at || (last_event_at && last_event_at >= last_refused_at)) return null;
  return (
    <Notice tone="warn" title="What came was not signed as it should be">
      <p>
        <Ago time={last_refused_at} /> something came to this address that was not signed with the
        token that came here first; it did nothing. If you subscribed anew at Notion, draw another
        address for that.
      </p>
    </Notice>
  );
}
