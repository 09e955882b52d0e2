import { expect, it } from "vitest";
import { daysFrom } from "../testing";
import {
  areaOf,
  dayMarks,
  type Frame,
  hourMarks,
  lineOf,
  loneSteps,
  plotOf,
  stepAt,
  thinned,
} from "./plot";

const frame: Frame = { width: 100, height: 60, left: 10, right: 10, top: 10, bottom: 10 };

it("a line begins at nought and ends at a round number above the largest value", () => {
  const plot = plotOf(frame, 3, [[3, 9.2, 5]], false);
  expect(plot.levels).toEqual([0, 2, 4, 6, 8, 10]);
  expect([plot.y(0), plot.y(10)]).toEqual([50, 10]);
  expect([plot.x(0), plot.x(2)]).toEqual([10, 90]);
});

it("what is counted has no fractions at its edge, and nothing at all has only nought", () => {
  expect(plotOf(frame, 2, [[1, 2]], true).levels).toEqual([0, 1, 2]);
  expect(plotOf(frame, 2, [[0, 0], [undefined]], true).levels).toEqual([0]);
});

it("a missing value parts the line and the ground below it", () => {
  const plot = plotOf(frame, 4, [[1, 2, undefined, 2]], false);
  expect(lineOf(plot, [1, 2, undefined, 2]).match(/M/g)).toHaveLength(2);
  expect(areaOf(plot, [1, 2, undefined, 2]).match(/M/g)).toHaveLength(2);
  expect(lineOf(plot, [1, 2, undefined, 2], 0, 1).match(/M/g)).toHaveLength(1);
});

it("a single step stands in the middle", () => {
  const plot = plotOf(frame, 1, [[4]], true);
  expect(plot.x(0)).toBe(50);
  expect(stepAt(plot, 1, 99)).toBe(0);
});

it("the nearest step is found from any place, also from beside the drawing", () => {
  const plot = plotOf(frame, 5, [[1, 2, 3, 4, 5]], true);
  expect([0, 10, 21, 49, 89, 400].map((place) => stepAt(plot, 5, place))).toEqual([
    0, 0, 1, 2, 4, 4,
  ]);
});

it("days are named as calendars part them", () => {
  const days = daysFrom("2026-01-20", 120).map(({ day }) => day);
  expect(dayMarks(days, 4).map((step) => days[step])).toEqual([
    "2026-02-01",
    "2026-03-01",
    "2026-04-01",
    "2026-05-01",
  ]);
  expect(dayMarks(days.slice(0, 2), 12)).toEqual([0, 1]);
  expect(dayMarks(days.slice(0, 1), 12)).toEqual([0]);
});

it("hours are named by the clock, also on a day that has one twice", () => {
  const clock = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, "0"));
  const hours = clock.toSpliced(3, 0, "02").map((hour) => `2026-10-25T${hour}:00:00+01:00`);
  const at = (most: number) => hourMarks(hours, most).map((step) => hours[step]?.slice(11, 13));
  expect(at(9)).toEqual(["00", "03", "06", "09", "12", "15", "18", "21"]);
  expect(at(2)).toEqual(["00"]);
});

it("a long series is thinned to means, and what is missing in all of them stays missing", () => {
  expect(thinned([1, 3, 5, undefined, undefined, undefined], 3)).toEqual([2, 5, undefined]);
  expect(thinned([1, 2], 3)).toEqual([1, 2]);
});

it("what has nothing known beside it is drawn as a dot", () => {
  expect(loneSteps([1, undefined, 2, 3, undefined, 4])).toEqual([0, 5]);
  expect(loneSteps([7])).toEqual([0]);
  expect(loneSteps([])).toEqual([]);
});
