/** A day as calendars name it, wherever that is: 2027-03-28. */
export type Day = string;

const dayMs = 86_400_000;

/** The day that a moment belongs to, by the clocks of a zone. */
export function dayOf(moment: Date, zone: string): Day {
  const { year, month, day } = partsOf(moment, zone);
  return `${year}-${month}-${day}`;
}

/** The time of that day, as those clocks show it: 06:30. */
export function timeOf(moment: Date, zone: string): string {
  const { hour, minute } = partsOf(moment, zone);
  return `${hour}:${minute}`;
}

/** The moment with which a day begins there. */
export function startOf(day: Day, zone: string): Date {
  const wall = utcOf(day);
  // Clocks may change between the guess and the moment itself; from there they do not.
  const guess = wall - offsetAt(wall, zone);
  return new Date(wall - offsetAt(guess, zone));
}

/** So many days later, or earlier. */
export function addDays(day: Day, count: number): Day {
  return new Date(utcOf(day) + count * dayMs).toISOString().slice(0, 10);
}

/** The same day some months on, or the last one of a month that is shorter. */
export function addMonths(day: Day, count: number): Day {
  const date = new Date(utcOf(day));
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + count];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const moved = Date.UTC(year, month, Math.min(date.getUTCDate(), last));
  return new Date(moved).toISOString().slice(0, 10);
}

/** The seven days from Monday on of the week that a day is in. */
export function weekOf(day: Day): Day[] {
  return daysFrom(mondayOf(day), 7);
}

/** The whole weeks that a day's month touches. */
export function monthOf(day: Day): Day[] {
  const first = `${day.slice(0, 7)}-01`;
  const monday = mondayOf(first);
  const last = addDays(addMonths(first, 1), -1);
  const weeks = Math.floor((utcOf(last) - utcOf(monday)) / dayMs / 7) + 1;
  return daysFrom(monday, weeks * 7);
}

/** Whether a text names a day that there is. */
export function isDay(text: string): boolean {
  return /^[12]\d{3}-\d\d-\d\d$/.test(text) && addDays(text, 0) === text;
}

function mondayOf(day: Day): Day {
  return addDays(day, -((new Date(utcOf(day)).getUTCDay() + 6) % 7));
}

function daysFrom(first: Day, count: number): Day[] {
  return Array.from({ length: count }, (_, index) => addDays(first, index));
}

/** The day's midnight if it were UTC's; a day that there is not is that after the last one. */
function utcOf(day: Day): number {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  return Date.UTC(year, month - 1, date);
}

/** How far the clocks there are before UTC. */
function offsetAt(ms: number, zone: string): number {
  const { year, month, day, hour, minute, second } = partsOf(new Date(ms), zone);
  const wall = Date.UTC(+year, +month - 1, +day, +hour, +minute, +second);
  return wall - Math.floor(ms / 1_000) * 1_000;
}

type Parts = Record<"year" | "month" | "day" | "hour" | "minute" | "second", string>;

const formats = new Map<string, Intl.DateTimeFormat>();

function partsOf(moment: Date, zone: string): Parts {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
    });
    formats.set(zone, format);
  }
  const parts = format.formatToParts(moment).map(({ type, value }) => [type, value]);
  return Object.fromEntries(parts) as Parts;
}
