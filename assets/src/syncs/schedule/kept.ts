import { useQuery } from "@tanstack/react-query";
import { client } from "../../api/client";
import { isOutdated, tagOf } from "../../api/guarded";
import type { NewSchedule, Schedule, UpcomingTime } from "../../api/types";

/** When a sync runs by itself, as the appliance keeps it. */
export interface Kept {
  /** 0 while there is none. */
  version: number;
  /** What somebody set; absent where it runs only when it is asked to. */
  set?: NewSchedule;
  /** The next time that nothing was done for yet. */
  next?: string;
  upcoming: readonly UpcomingTime[];
}

const none: Kept = { version: 0, upcoming: [] };
const refetchMs = 30_000;

/** Where `useRefresh` and `useAtOnce` find a schedule that was read. */
export function keptKey(id: string) {
  return ["get", "/syncs/{id}/schedule", { params: { path: { id } } }] as const;
}

/** When the sync runs by itself. */
export function useKept(id: string) {
  return useQuery({
    queryKey: keptKey(id),
    queryFn: () => readKept(id),
    refetchInterval: refetchMs,
  });
}

/** The schedule as it is now. */
export async function readKept(id: string): Promise<Kept> {
  const { data } = await client.GET("/syncs/{id}/schedule", { params: { path: { id } } });
  return keptOf(data as Schedule);
}

function keptOf({ next_at, upcoming, version, every, zone, ...set }: Schedule): Kept {
  if (every === "manual" || zone === undefined) return none;
  return { version, set: { every, zone, ...set }, next: next_at, upcoming };
}

/**
 * Changes a schedule that is at `tag`.
 *
 * Its version rises with every time that comes, too: where nobody has set anything since `seen`,
 * that is nothing to ask anybody about.
 */
export async function changeKept<Answer>(
  id: string,
  seen: Kept,
  tag: string,
  change: (tag: string) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await change(tag);
  } catch (error) {
    if (!isOutdated(error)) throw error;
    const now = await readKept(id);
    if (!isSetAlike(now, seen)) throw error;
    return await change(tagOf(now.version));
  }
}

function isSetAlike({ set: one }: Kept, { set: other }: Kept): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Sets when the sync runs by itself, if it does so still as in `seen`, which is at `tag`. */
export async function setKept(id: string, seen: Kept, body: NewSchedule, tag: string) {
  if (tag !== tagOf(none.version)) return changeKept(id, seen, tag, (tag) => put(id, body, tag));
  return put(id, body);
}

/** Without a tag there must be none yet. */
function put(id: string, body: NewSchedule, tag?: string) {
  const header = tag ? { "If-Match": tag } : { "If-None-Match": "*" };
  return client.PUT("/syncs/{id}/schedule", { params: { path: { id }, header }, body });
}
