import { expect, it } from "vitest";
import { describeSchedule, sentenceOf } from "./words";

const zone = "Europe/Berlin";

it("each kind of schedule is said in a sentence", () => {
  const days = ["thursday", "monday", "tuesday"] as const;
  expect(sentenceOf({ every: "hour", minute: 0, zone })).toBe(
    "Every hour on the hour, Europe/Berlin",
  );
  expect(sentenceOf({ every: "hour", minute: 5, zone })).toBe(
    "Every hour at minute 5, Europe/Berlin",
  );
  expect(sentenceOf({ every: "day", at: "06:30", zone })).toBe("Every day at 06:30, Europe/Berlin");
  expect(sentenceOf({ every: "week", at: "06:30", days: [...days], zone })).toBe(
    "Every Monday, Tuesday and Thursday at 06:30, Europe/Berlin",
  );
  expect(sentenceOf({ every: "cron", cron: "30 6 * * 1-5", zone })).toBe(
    "By the pattern 30 6 * * 1-5, Europe/Berlin",
  );
});

it("what nobody set has no words", () => {
  expect(describeSchedule(undefined)).toEqual({});
});

it("what is left away stands for what the appliance takes it for", () => {
  expect(describeSchedule({ every: "day", at: "06:30", zone })).toEqual({
    "It runs": "Every day at 06:30, Europe/Berlin",
    "Missed times": "Make up for them once",
    "Rests for now": "No",
  });
});
