import { useQuery } from "@tanstack/react-query";
import { client } from "../api/client";
import { readLine } from "./line";

/** Where reading begins, so that nothing later than a moment is read in vain. */
export function useStart(until: string | undefined) {
  return useQuery({
    queryKey: ["get", "/audit/events", "start", until],
    queryFn: () => (until === undefined ? null : findStart(until, readNewestBefore)),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: until !== undefined,
  });
}

/** A line's number and moment. */
interface Mark {
  sequence: number;
  time: string | undefined;
}

/** Reads the newest line before a number, or the newest of all. */
type ReadBefore = (before: number | undefined) => Promise<Mark | undefined>;

/**
 * Finds the number before which all lines up to a moment stand, by halving.
 *
 * Lines stand in the order of their time but for steps of the clock; near such a step a few lines
 * may be passed over or read in vain.
 */
export async function findStart(until: string, read: ReadBefore): Promise<number | null> {
  const newest = await read(undefined);
  if (!newest?.time || newest.time <= until) return null;
  let [low, high] = [1, newest.sequence];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const mark = await read(middle + 1);
    if (mark?.time && mark.time > until) high = middle;
    else low = middle + 1;
  }
  return low;
}

async function readNewestBefore(before: number | undefined): Promise<Mark | undefined> {
  const { data } = await client.GET("/audit/events", { params: { query: { limit: 1, before } } });
  const [line] = data?.items ?? [];
  return line === undefined ? undefined : readLine(line);
}
