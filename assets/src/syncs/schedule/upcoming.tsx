import type { UpcomingTime } from "../../api/types";
import { clocksOf } from "./times";

interface UpcomingProps {
  times: readonly UpcomingTime[];
  /** Others are being worked out. */
  isOld?: boolean;
}

/** Times to come, by the clock there and, where it shows another time, by the reader's. */
export function Upcoming({ times, isOld }: UpcomingProps) {
  return (
    <ol className="times" aria-label="Times to come" data-old={isOld || undefined}>
      {times.map((time) => {
        const { there, offset, here } = clocksOf(time);
        return (
          <li key={time.at}>
            <time dateTime={time.at}>{there}</time> <span className="quiet">{offset}</span>
            {here && <span className="quiet here">{here} for you</span>}
          </li>
        );
      })}
    </ol>
  );
}
