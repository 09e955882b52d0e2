import type { Site } from "../../api/types";
import { clockIn } from "../../syncs/schedule/times";

/** The zone of a site's days; UTC where this browser does not know it. */
export function zoneOf({ time_zone }: Pick<Site, "time_zone">): string {
  return clockIn(time_zone, new Date(0)) === undefined ? "UTC" : time_zone;
}
