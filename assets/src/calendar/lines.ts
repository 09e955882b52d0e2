import type { Calendar, CalendarRun, CalendarSchedule } from "../api/types";
import { runStatus } from "../runs/state";
import type { StatusWord } from "../ui/status";
import { type Day, dayOf, timeOf } from "./days";

/** One line of a day: something that ran or is to run, or many of the same kind together. */
export interface Line {
  key: string;
  /** "06:30", or "00:00–23:00" for many. */
  time: string;
  /** When, for machines; the first one's. */
  at: string;
  syncId: string;
  name: string;
  status: StatusWord;
  /** How many there are. */
  count: number;
  /** The run that it is, where it is one. */
  runId?: string;
  /** When that ended. */
  end?: string;
  isPlanned: boolean;
}

interface One {
  at: Date;
  syncId: string;
  name: string;
  status: StatusWord;
  run?: CalendarRun;
}

interface Wish {
  zone: string;
  /** Only this sync's. */
  sync: string | undefined;
  /** So many of the same kind have lines of their own on one day; more are told together. */
  most: number;
  now: Date;
}

const planned: StatusWord = { tone: "neutral", icon: "clock", label: "Planned" };
const due: StatusWord = { tone: "busy", icon: "clock", label: "Now due" };

/** The lines of each day that has any, in the order of time. */
export function linesByDay(calendar: Calendar, wish: Wish): Map<Day, Line[]> {
  const ones = [...calendar.runs.map(ranOf), ...calendar.schedules.flatMap(plannedOf(wish.now))];
  const shown = ones.filter(({ syncId }) => !wish.sync || wish.sync === syncId);
  const days = groupedBy(shown, ({ at }) => dayOf(at, wish.zone));
  return new Map([...days].map(([day, ones]) => [day, linesOf(day, ones, wish)]));
}

function linesOf(day: Day, ones: One[], { zone, most }: Wish): Line[] {
  const kinds = groupedBy(ones, ({ syncId, status }) => `${day} ${syncId} ${status.label}`);
  const lines = [...kinds].flatMap(([key, same]) => {
    const sorted = same.toSorted((one, other) => one.at.getTime() - other.at.getTime());
    return sorted.length > most
      ? [together(key, sorted, zone)]
      : sorted.map((one, index) => alone(`${key} ${index}`, one, zone));
  });
  return lines.sort((one, other) => one.at.localeCompare(other.at));
}

function alone(key: string, { at, run, syncId, name, status }: One, zone: string): Line {
  return {
    key,
    time: timeOf(at, zone),
    at: at.toISOString(),
    syncId,
    name,
    status,
    count: 1,
    runId: run?.id,
    end: run?.finished_at && timeOf(new Date(run.finished_at), zone),
    isPlanned: run === undefined,
  };
}

/** Many of the same kind, under the first one's time and the last one's. */
function together(key: string, ones: readonly One[], zone: string): Line {
  const [first, last] = [ones[0], ones.at(-1)] as [One, One];
  const { end: _, runId: __, ...line } = alone(key, first, zone);
  return { ...line, time: `${line.time}–${timeOf(last.at, zone)}`, count: ones.length };
}

function ranOf(run: CalendarRun): One {
  const { sync_id, sync_name, state, open } = run;
  const counts = { refused: open, unknown: 0, held: 0 };
  const status = runStatus({ state, counts: counts as Parameters<typeof runStatus>[0]["counts"] });
  return { at: new Date(run.queued_at), syncId: sync_id, name: sync_name, status, run };
}

function plannedOf(now: Date) {
  return ({ sync_id, sync_name, times }: CalendarSchedule): One[] =>
    times.map((time) => {
      const at = new Date(time);
      return { at, syncId: sync_id, name: sync_name, status: at <= now ? due : planned };
    });
}

function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string) {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
