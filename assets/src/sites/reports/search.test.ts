import { expect, it } from "vitest";
import { type DimensionId, valueWords } from "../filters/dimensions";
import { reportOf } from "../testing";
import { reportMetricOf } from "./metrics";
import { endsNow, evenMarks, isComparable, pointsOf } from "./points";
import { presets } from "./presets";
import { nextSort, readReportSearch, wantedOf } from "./search";

it("all of a report stands in the address", () => {
  const search = {
    range: "7d",
    compare: "year",
    dimensions: "day,channel",
    metrics: "visits,revenue",
    filters: "device:is:mobile",
    sort: "-revenue",
    page: "3",
    metric: "revenue",
  };
  expect(readReportSearch(search)).toEqual(search);
  expect(wantedOf(readReportSearch(search))).toEqual({
    dimensions: ["day", "channel"],
    metrics: ["visits", "revenue"],
    filters: [{ dimension: "device", operator: "is", values: ["mobile"] }],
    sort: "-revenue",
    page: 3,
    drawn: "revenue",
  });
});

it("what is no part of a report is left out", () => {
  const wrong = { dimensions: "luck", metrics: "joy,", sort: "-joy", page: "0", metric: "joy" };
  expect(readReportSearch(wrong)).toEqual({});
  expect(readReportSearch({ dimensions: "day,luck,day" })).toEqual({ dimensions: "day" });
});

it("without a word it is the landing pages, the most visited first", () => {
  const { dimensions, sort, page, drawn } = wantedOf({});
  expect({ dimensions, sort, page, drawn }).toEqual({
    dimensions: ["landing_page"],
    sort: "-visits",
    page: 1,
    drawn: "visits",
  });
});

it("times go on as they came, and an order by what is not counted is none", () => {
  expect(wantedOf({ dimensions: "week" }).sort).toBe("week");
  expect(wantedOf({ metrics: "views", sort: "-visits" }).sort).toBe("-views");
  expect(wantedOf({ metrics: "views", sort: "source" }).sort).toBe("-views");
  expect(wantedOf({ dimensions: "source", sort: "-source" }).sort).toBe("-source");
});

it("no more is asked for than the appliance takes", () => {
  const all = "day,channel,source,medium,campaign,term,content";
  expect(wantedOf({ dimensions: all }).dimensions).toHaveLength(5);
  for (const { dimensions, metrics } of presets) {
    expect(dimensions.length).toBeLessThanOrEqual(5);
    expect(metrics.length).toBeLessThanOrEqual(20);
  }
});

it("nothing may be told apart", () => {
  const search = readReportSearch({ dimensions: "none" });
  expect(wantedOf(search)).toMatchObject({ dimensions: [], sort: "-visits" });
});

it("a heading puts the largest first, or the first name, and then turns it round", () => {
  expect(nextSort("channel", "-visits")).toBe("channel");
  expect(nextSort("channel", "channel")).toBe("-channel");
  expect(nextSort("visits", "-revenue")).toBe("-visits");
  expect(nextSort("visits", "-visits")).toBe("visits");
  expect(nextSort("visits", "visits")).toBe("-visits");
});

it("days without a row had nothing, and stand beside the days before", () => {
  const before = reportOf(["2026-11-19"], { from: "2026-11-17", to: "2026-11-19" });
  const points = pointsOf(reportOf(["2026-11-21"]), before, "day", reportMetricOf("visits"));
  expect(
    points.map(({ mark, value, before }) => [mark, value, before?.label, before?.value]),
  ).toEqual([
    ["20 Nov", 0, "Tue 17 Nov", 0],
    ["21 Nov", 10, "Wed 18 Nov", 0],
    ["22 Nov", 0, "Thu 19 Nov", 10],
  ]);
});

it("of no visit there is no rate", () => {
  const points = pointsOf(reportOf(["7"]), undefined, "hour", reportMetricOf("bounce_rate"));
  expect(points).toHaveLength(24);
  expect(points[6]).toEqual({ at: "6", label: "06:00", mark: "06:00", value: undefined });
  expect(points[7]?.value).toBe(0.25);
});

it("the week begins on Monday", () => {
  const week = pointsOf(reportOf(["sunday"]), undefined, "weekday", reportMetricOf("visits"));
  expect(week.map(({ mark, value }) => [mark, value])).toEqual([
    ["Mon", 0],
    ["Tue", 0],
    ["Wed", 0],
    ["Thu", 0],
    ["Fri", 0],
    ["Sat", 0],
    ["Sun", 10],
  ]);
});

it("weeks and months without a row had nothing", () => {
  const visits = reportMetricOf("visits");
  const months = reportOf(["2026-11"], { from: "2026-09-15", to: "2026-11-22" });
  const byMonth = pointsOf(months, undefined, "month", visits);
  expect(byMonth.map(({ mark, value }) => [mark, value])).toEqual([
    ["Sept 2026", 0],
    ["Oct 2026", 0],
    ["Nov 2026", 10],
  ]);
  const weeks = reportOf(["2026-11-16"], { from: "2026-11-04", to: "2026-11-23" });
  const byWeek = pointsOf(weeks, undefined, "week", visits);
  expect(byWeek.map(({ mark, value }) => [mark, value])).toEqual([
    ["2 Nov", 0],
    ["9 Nov", 0],
    ["16 Nov", 10],
    ["23 Nov", 0],
  ]);
  expect(pointsOf(reportOf([]), undefined, "week", visits)).toEqual([]);
});

it("days, weeks and months may not be over yet; a day of the week has no end", () => {
  expect(["day", "week", "month"].every((id) => endsNow(id as DimensionId))).toBe(true);
  expect(endsNow("weekday") || endsNow("hour")).toBe(false);
});

it("as many steps are named as there is room for", () => {
  expect(evenMarks(["a", "b", "c", "d", "e"], 3)).toEqual([0, 2, 4]);
  expect(evenMarks(["a"], 3)).toEqual([0]);
});

it("weeks stand beside those 52 weeks before, and months beside those a year before", () => {
  const weeks = reportOf(["2026-11-16"], { from: "2026-11-16", to: "2026-11-29" });
  const then = reportOf(["2025-11-17"], { from: "2025-11-17", to: "2025-11-30" });
  expect(isComparable("week", weeks, then)).toBe(true);
  expect(isComparable("month", weeks, then)).toBe(false);
  const [week] = pointsOf(weeks, then, "week", reportMetricOf("visits"));
  expect(week?.before).toEqual({ label: valueWords("week", "2025-11-17"), value: 10 });
  const months = reportOf(["2026-11"], { from: "2026-11-01", to: "2026-11-29" });
  const year = reportOf(["2025-11"], { from: "2025-11-01", to: "2025-11-29" });
  expect(isComparable("week", months, year)).toBe(false);
  expect(isComparable("month", months, year)).toBe(true);
  const [month] = pointsOf(months, year, "month", reportMetricOf("visits"));
  expect(month?.before).toEqual({ label: "Nov 2025", value: 10 });
  expect(isComparable("weekday", weeks, then)).toBe(true);
  expect(isComparable("weekday", months, year)).toBe(false);
});
