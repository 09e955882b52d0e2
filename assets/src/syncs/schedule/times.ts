import type { UpcomingTime } from "../../api/types";

const wall = {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
} as const;

/** The zone of the reader's own clock. */
export function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/**
 * What browsers know and do not list: UTC, which is no place, and today's names of places that
 * they list under older ones.
 */
const unlisted = [
  "UTC",
  "Africa/Asmara",
  "America/Nuuk",
  "Asia/Ho_Chi_Minh",
  "Asia/Kathmandu",
  "Asia/Kolkata",
  "Asia/Yangon",
  "Atlantic/Faroe",
  "Europe/Kyiv",
  "Pacific/Chuuk",
  "Pacific/Kanton",
  "Pacific/Pohnpei",
].filter((zone) => clockIn(zone, new Date(0)) !== undefined);

/** All zones that this browser knows, and those that a schedule names besides. */
export function zonesWith(...named: readonly string[]): string[] {
  const all = new Set([...Intl.supportedValuesOf("timeZone"), ...unlisted, ...named]);
  return [...all].sort();
}

/** Whether what was typed is part of a zone's name, however its words are parted. */
export function isZoneLike(zone: string, typed: string): boolean {
  return plain(zone).includes(plain(typed));
}

function plain(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/[_\s]+/g, " ");
}

/** A moment as a clock in the zone shows it; nothing where this browser does not know the zone. */
export function clockIn(zone: string, time: string | Date): string | undefined {
  try {
    return new Intl.DateTimeFormat("en-GB", { ...wall, timeZone: zone }).format(new Date(time));
  } catch {
    return undefined;
  }
}

/** A moment by the reader's own clock. */
export function ownClock(time: string | Date): string {
  return new Intl.DateTimeFormat("en-GB", wall).format(new Date(time));
}

/** A time as two clocks show it; the reader's only where it shows another. */
export interface Clocks {
  there: string;
  /** How far the clock there is from UTC then. */
  offset?: string;
  here?: string;
}

/** A time to come, by the clock in the schedule's zone as the appliance reads it. */
export function clocksOf({ at, local }: UpcomingTime): Clocks {
  const [date, time, offset] = local.split(" ");
  const there = clockIn("UTC", `${date}T${time}Z`) ?? local;
  return withOwn({ there, offset }, at);
}

/** Any moment, by this browser's knowledge of the zone. */
export function clocksAt(zone: string, at: string): Clocks {
  return withOwn({ there: clockIn(zone, at) ?? ownClock(at) }, at);
}

function withOwn(clocks: Clocks, at: string): Clocks {
  const here = ownClock(at);
  return here === clocks.there ? clocks : { ...clocks, here };
}
