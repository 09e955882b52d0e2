import { expect, it } from "vitest";
import { clockIn, clocksAt, clocksOf, isZoneLike, ownClock, ownZone, zonesWith } from "./times";

const at = "2026-11-30T05:30:00Z";

it("a time is told by the clock there, and by one's own where that shows another", () => {
  const time = { at, local: "2026-11-30 06:30 +01:00" };
  const { there, offset, here } = clocksOf(time);
  expect(there).toMatch(/Mon,? 30 Nov 2026,? 06:30/);
  expect(offset).toBe("+01:00");
  expect(here).toBe(ownClock(at) === there ? undefined : ownClock(at));
  expect(clocksAt("Asia/Kolkata", at).there).toMatch(/11:00/);
});

it("one's own clock is not told twice", () => {
  expect(clocksAt(ownZone(), at)).toEqual({ there: ownClock(at) });
});

it("a zone that only the appliance knows is told by one's own clock", () => {
  expect(clockIn("Mars/Olympus", at)).toBeUndefined();
  expect(clocksAt("Mars/Olympus", at)).toEqual({ there: ownClock(at) });
});

it("UTC, places by today's names and zones that this browser does not list can be chosen", () => {
  const zones = zonesWith("Mars/Olympus");
  expect(zones).toContain("UTC");
  expect(zones).toContain("Asia/Kolkata");
  expect(zones).toContain("Europe/Kyiv");
  expect(zones).toContain("Mars/Olympus");
  expect(zones).toContain("Europe/Berlin");
  expect(new Set(zones).size).toBe(zones.length);
});

it("a zone is found by any part of its name, typed as people write it", () => {
  expect(isZoneLike("America/New_York", "new york")).toBe(true);
  expect(isZoneLike("America/New_York", "NEW_Y")).toBe(true);
  expect(isZoneLike("Europe/Berlin", "york")).toBe(false);
});
