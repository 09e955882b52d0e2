import { useEffect, useState } from "react";
import { formatAgo, formatMoment } from "./format";

const tickMs = 15_000;

/** A moment as distance from now; the exact one on hover and for machines. */
export function Ago({ time }: { time: string }) {
  const now = useNow(tickMs);
  return (
    <time dateTime={time} title={formatMoment(time)}>
      {formatAgo(time, now)}
    </time>
  );
}

/** The present, looked at anew every so many milliseconds. */
export function useNow(everyMs: number): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
