import { describe, expect, it } from "vitest";
import {
  formatAgo,
  formatAmount,
  formatBytes,
  formatDuration,
  formatFigure,
  formatInstant,
  formatShortInstant,
} from "./format";

describe("figures", () => {
  it("are grouped, and have one decimal at most", () => {
    expect(formatFigure(1234.56)).toBe("1,234.6");
  });

  it("agree with their noun", () => {
    expect([
      formatAmount(1, "record"),
      formatAmount(2, "record"),
      formatAmount(0, "entry", "entries"),
    ]).toEqual(["1 record", "2 records", "0 entries"]);
  });

  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [12_400, "12.4 KB"],
    [3_000_000, "3 MB"],
  ])("of %d bytes are shown as %s", (bytes, shown) => {
    expect(formatBytes(bytes)).toBe(shown);
  });
});

describe("spans of time", () => {
  it.each([
    [-3, "0 s"],
    [45, "45 s"],
    [120, "2 min"],
    [725, "12 min 5 s"],
    [12_000, "3 h 20 min"],
    [7_200, "2 h"],
  ])("of %d s are shown as %s", (seconds, shown) => {
    expect(formatDuration(seconds)).toBe(shown);
  });

  const now = new Date("2026-11-22T04:15:00Z");
  it.each([
    ["2026-11-22T04:14:58Z", "just now"],
    ["2026-11-22T04:14:20Z", "40 seconds ago"],
    ["2026-11-22T04:05:00Z", "10 minutes ago"],
    ["2026-11-22T06:15:00Z", "in 2 hours"],
    ["2026-11-21T04:15:00Z", "yesterday"],
  ])("since %s are shown as %s", (time, shown) => {
    expect(formatAgo(time, now)).toBe(shown);
  });

  it("beyond a month are shown as the date", () => {
    expect(formatAgo("2026-01-05T12:00:00Z", now)).toContain("2026");
  });
});

it("says the year in a list only where it is another one", () => {
  const time = "2026-11-22T12:15:07";
  expect(formatInstant(time)).toBe("22 Nov 2026, 12:15:07");
  expect(formatShortInstant(time, new Date("2026-12-01"))).toBe("22 Nov, 12:15:07");
  expect(formatShortInstant(time, new Date("2027-06-01"))).toBe("22 Nov 2026, 12:15:07");
});
