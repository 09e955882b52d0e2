import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { client } from "../../api/client";
import { tagOf } from "../../api/guarded";
import { useRefresh } from "../../api/queries";
import type { AdFeed } from "../../api/types";
import { announce } from "../../ui/announce";
import { Button } from "../../ui/button";
import { Failure, Notice } from "../../ui/notice";
import { Status } from "../../ui/status";
import { Ago } from "../../ui/time";
import { useMayEdit } from "../access";
import { KeptEnding } from "../kept/ending";
import { rangeWords } from "../overview/range";
import { Sample, useSamples } from "./samples";
import { touches, useFetch } from "./use-fetch";
import { feedStatus } from "./words";

interface FeedsProps {
  siteId: string;
  feeds: readonly AdFeed[];
}

/** The ad accounts that a site is linked to, how they stand, and what to do about them. */
export function Feeds({ siteId, feeds }: FeedsProps) {
  const [doomed, setDoomed] = useState<AdFeed>();
  const samples = useSamples(feeds);
  return (
    <>
      <ul className="card-list">
        {feeds.map((feed) => (
          <li key={feed.id}>
            <Feed
              siteId={siteId}
              feed={feed}
              isSample={samples.includes(feed)}
              onDelete={() => setDoomed(feed)}
            />
          </li>
        ))}
      </ul>
      <KeptEnding
        calls={{
          noun: "feed",
          remove: ({ id, version }) =>
            client.DELETE("/sites/{id}/feeds/{feed}", {
              params: { path: { id: siteId, feed: id }, header: { "If-Match": tagOf(version) } },
            }),
          touches,
          words: { loss: "The figures that it has brought go with it. At the provider all stays." },
        }}
        doomed={doomed}
        onClose={() => setDoomed(undefined)}
      />
    </>
  );
}

interface FeedProps {
  siteId: string;
  feed: AdFeed;
  /** Whether its figures are invented. */
  isSample: boolean;
  onDelete: () => void;
}

function Feed({ siteId, feed, isSample, onDelete }: FeedProps) {
  const mayEdit = useMayEdit();
  const fetching = useFetch(siteId, feed);
  const { name, account_id, currency, time_zone, first_day, last_day, fetched_at, trouble } = feed;
  return (
    <div className="stack">
      <h3>{name}</h3>
      <p className="quiet">
        {account_id}, in {currency}, by the clocks of {time_zone}
      </p>
      <p>
        <span className="statuses">
          <Status {...feedStatus(feed, fetching.isFetching)} />
          {isSample && <Sample />}
        </span>
        {fetched_at && (
          <span className="quiet">
            {" "}
            Last told <Ago time={fetched_at} />
          </span>
        )}
        {first_day && last_day && (
          <span className="quiet"> for {rangeWords({ from: first_day, to: last_day })}</span>
        )}
      </p>
      {trouble && (
        <Notice tone={trouble.category === "waiting" ? "info" : "warn"} title={trouble.message}>
          <p>{trouble.remedy}</p>
        </Notice>
      )}
      {mayEdit && <Acts siteId={siteId} feed={feed} fetching={fetching} onDelete={onDelete} />}
    </div>
  );
}

interface ActsProps extends Omit<FeedProps, "isSample"> {
  fetching: ReturnType<typeof useFetch>;
}

function Acts({ siteId, feed, fetching: { fetchNow, isFetching }, onDelete }: ActsProps) {
  const refresh = useRefresh();
  const path = { id: siteId, feed: feed.id };
  const isPaused = feed.state === "paused";
  const pause = useMutation({
    mutationFn: () =>
      client.PATCH("/sites/{id}/feeds/{feed}", { params: { path }, body: { paused: !isPaused } }),
    onSuccess: () => announce(`${feed.name} ${isPaused ? "goes on" : "is paused"}.`),
    onSettled: () => refresh(...touches),
  });
  return (
    <>
      <Failure error={fetchNow.error ?? pause.error} />
      <div className="actions">
        {!isPaused && (
          <Button
            aria-label={`Fetch now: ${feed.name}`}
            isPending={isFetching}
            onPress={() => fetchNow.mutate()}
          >
            Fetch now
          </Button>
        )}
        <Button
          aria-label={`${isPaused ? "Resume" : "Pause"} ${feed.name}`}
          isDisabled={pause.isPending}
          onPress={() => pause.mutate()}
        >
          {isPaused ? "Resume" : "Pause"}
        </Button>
        <Button aria-label={`Delete ${feed.name}`} onPress={onDelete}>
          Delete
        </Button>
      </div>
    </>
  );
}
