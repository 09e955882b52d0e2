import { useMetLimit } from "../api/limited";
import type { Limit } from "../api/problem";
import { formatDuration } from "../ui/format";
import { Icon } from "../ui/icon";
import { describeLimit } from "../ui/notice";
import { useNow } from "../ui/time";

/** Says that a limit is used up and when it opens; goes when it has. */
export function LimitNotice() {
  const limit = useMetLimit();
  return (
    <div className="offline" role="status">
      {limit && <Closed key={limit.opensAtMs} limit={limit} />}
    </div>
  );
}

function Closed({ limit }: { limit: Limit }) {
  const secondsLeft = (limit.opensAtMs - useNow(1_000).getTime()) / 1_000;
  if (secondsLeft <= 0) return null;
  return (
    <p>
      <Icon name="clock" />
      <span>
        The limit “{describeLimit(limit)}” is used up; what is being read goes on when it opens
        {/* Read out every second, it would drown all else. */}
        <span aria-hidden="true"> in {formatDuration(Math.ceil(secondsLeft))}</span>.
      </span>
    </p>
  );
}
