import type { NewSchedule } from "../../api/types";
import type { Words } from "../../ui/differences";
import type { Option } from "../../ui/fields";

export type Every = NewSchedule["every"];
export type Weekday = NonNullable<NewSchedule["days"]>[number];
export type Missed = NonNullable<NewSchedule["missed"]>;

export const everyOptions: readonly Option<Every>[] = [
  { value: "hour", label: "Every hour" },
  { value: "day", label: "Every day" },
  { value: "week", label: "Every week" },
  { value: "cron", label: "By pattern" },
];

export const weekdays: readonly Option<Weekday>[] = [
  { value: "monday", label: "Monday" },
  { value: "tuesday", label: "Tuesday" },
  { value: "wednesday", label: "Wednesday" },
  { value: "thursday", label: "Thursday" },
  { value: "friday", label: "Friday" },
  { value: "saturday", label: "Saturday" },
  { value: "sunday", label: "Sunday" },
];

export const missedOptions: readonly Option<Missed>[] = [
  {
    value: "once",
    label: "Make up for them once",
    note: "One run as soon as it can be, however many times have passed.",
  },
  {
    value: "all",
    label: "Make up for each",
    note: "One run for every time that has passed, one after the other.",
  },
  {
    value: "skip",
    label: "Leave them out",
    note: "Nothing runs until the next time; the book says what was left out.",
  },
];

const list = new Intl.ListFormat("en-GB", { type: "conjunction" });

/** When it runs, in a sentence: "Every Monday and Thursday at 06:30, Europe/Berlin". */
export function sentenceOf(set: NewSchedule): string {
  return `${timesOf(set)}, ${set.zone}`;
}

function timesOf({ every, minute = 0, at, days = [], cron }: NewSchedule): string {
  switch (every) {
    case "hour":
      return minute === 0 ? "Every hour on the hour" : `Every hour at minute ${minute}`;
    case "day":
      return `Every day at ${at}`;
    case "week":
      return `Every ${list.format(namesOf(days))} at ${at}`;
    case "cron":
      return `By the pattern ${cron}`;
  }
}

/** In the order of the week, whichever they were chosen in. */
function namesOf(days: readonly Weekday[]): string[] {
  return weekdays.filter(({ value }) => days.includes(value)).map(({ label }) => label);
}

/** What becomes of times that were missed, in a word or two. */
export function missedLabel(missed: Missed = "once"): string {
  return missedOptions.find(({ value }) => value === missed)?.label ?? missed;
}

/** A schedule in words, part by part; nothing where there is none. */
export function describeSchedule(set: NewSchedule | undefined): Words {
  if (!set) return {};
  return {
    "It runs": sentenceOf(set),
    "Missed times": missedLabel(set.missed),
    "Rests for now": set.paused ? "Yes" : "No",
  };
}
