import type { NewSchedule } from "../../api/types";
import type { Every, Missed, Weekday } from "./words";

/** A schedule while it is being written; keeps what belongs to the other kinds, too. */
export interface Draft {
  every: Every;
  minute: string;
  at: string;
  days: Weekday[];
  cron: string;
  zone: string;
  missed: Missed;
  paused: boolean;
}

/** What a schedule is begun with: the one that is set, or what most would choose. */
export function draftOf(set: NewSchedule | undefined, ownZone: string): Draft {
  return {
    every: set?.every ?? "day",
    minute: String(set?.minute ?? 0),
    at: set?.at ?? "06:30",
    days: set?.days ?? ["monday", "tuesday", "wednesday", "thursday", "friday"],
    cron: set?.cron ?? "30 6 * * 1-5",
    zone: set?.zone ?? ownZone,
    missed: set?.missed ?? "once",
    paused: set?.paused ?? false,
  };
}

/** What the appliance could not even be asked about, by field. */
export function faultsOf({ every, minute }: Draft): Record<string, string> {
  const isNumber = /^\d{1,2}$/.test(minute.trim());
  return every === "hour" && !isNumber ? { minute: "A minute is a number from 0 to 59." } : {};
}

/** What is sent: of the parts, those alone that belong to the kind. */
export function scheduleOf({ every, minute, at, days, cron, ...rest }: Draft): NewSchedule {
  switch (every) {
    case "hour":
      return { every, minute: Number(minute), ...rest };
    case "day":
      return { every, at, ...rest };
    case "week":
      return { every, at, days, ...rest };
    case "cron":
      return { every, cron, ...rest };
  }
}
