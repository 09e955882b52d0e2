import type { RealTime } from "../../api/types";
import type { Point } from "../overview/points";

/** What a minute and an hour have in common. */
export interface Step {
  events: number;
  views: number;
  conversions: number;
}

/** What steps come to together. */
export function sumOf(steps: readonly Step[], member: keyof Step): number {
  return steps.reduce((sum, step) => sum + step[member], 0);
}

/** A step with its name. */
export type Named = Step & Point;

/** The last 30 minutes, by the clocks of the site. */
export function minutesOf({ minutes, time_zone }: RealTime): Named[] {
  const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: time_zone });
  return minutes.map((minute) => named(minute, minute.at, clock.format(new Date(minute.at))));
}

/** The last 24 hours, likewise. */
export function hoursOf({ hours }: RealTime): Named[] {
  return hours.map((hour) => named(hour, hour.hour, hour.hour.slice(11, 16)));
}

function named(step: Step, at: string, label: string): Named {
  return { ...step, at, label, mark: label, value: step.views };
}

/** The minutes that are written below: every fifth, tenth or fifteenth before the present one. */
export function minuteMarks(minutes: readonly string[], most: number): number[] {
  const every = [5, 10, 15].find((every) => minutes.length / every <= most) ?? 30;
  const last = minutes.length - 1;
  return minutes.map((_, step) => step).filter((step) => (last - step) % every === 0);
}
