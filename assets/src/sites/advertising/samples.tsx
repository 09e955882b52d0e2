import { rowsOf, useConnections } from "../../api/lists";
import type { AdFeed } from "../../api/types";
import { Notice } from "../../ui/notice";
import { Status } from "../../ui/status";
import { useFeeds } from "./use-feeds";

/**
 * Those of the feeds that are fetched from the sandbox, where all figures are invented.
 *
 * Known to whoever the connections belong to: a connection is shown to nobody else.
 */
export function useSamples(feeds: readonly AdFeed[]): AdFeed[] {
  const connections = rowsOf(useConnections());
  const invented = connections.filter(({ endpoint }) => endpoint === "sandbox");
  const ids = new Set(invented.map(({ id }) => id));
  return feeds.filter(({ connection_id }) => ids.has(connection_id));
}

/** Says of a feed or a campaign that its figures are invented. */
export function Sample() {
  return <Status tone="warn" icon="warning" label="Sample data" />;
}

/** That invented figures are in the sums, and whose they are. */
export function SampleNotice({ samples }: { samples: readonly AdFeed[] }) {
  if (samples.length === 0) return null;
  const names = new Intl.ListFormat("en-GB").format(samples.map(({ name }) => name));
  return (
    <Notice tone="warn" title="These costs have sample data in them">
      <p>
        {names} {samples.length === 1 ? "is" : "are"} fetched from the sandbox: what it tells is
        invented, and counts here as if it were real. Pausing or deleting the feed stops that.
      </p>
    </Notice>
  );
}

/** The same where a page has not read the feeds itself. */
export function SamplesOf({ siteId }: { siteId: string }) {
  const feeds = useFeeds(siteId);
  return <SampleNotice samples={useSamples(feeds.data?.items ?? [])} />;
}
