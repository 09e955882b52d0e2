import { formatAgo, formatMoment } from "../../ui/format";
import { useNow } from "../../ui/time";

const tickMs = 15_000;

/** When a sync runs next by itself, as distance from now; a time that has come waits for its run. */
export function NextRun({ at }: { at: string }) {
  const now = useNow(tickMs);
  return (
    <time dateTime={at} title={formatMoment(at)}>
      {new Date(at) <= now ? "Now due" : formatAgo(at, now)}
    </time>
  );
}
