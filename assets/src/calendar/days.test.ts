import { expect, it } from "vitest";
import { addDays, addMonths, dayOf, isDay, monthOf, startOf, timeOf, weekOf } from "./days";

it("a day begins where its clocks say so, before and after they change", () => {
  const starts = (day: string, zone: string) => startOf(day, zone).toISOString();
  expect(starts("2027-03-28", "Europe/Berlin")).toBe("2027-03-27T23:00:00.000Z");
  expect(starts("2027-03-29", "Europe/Berlin")).toBe("2027-03-28T22:00:00.000Z");
  expect(starts("2027-10-31", "Europe/Berlin")).toBe("2027-10-30T22:00:00.000Z");
  expect(starts("2027-11-01", "Europe/Berlin")).toBe("2027-10-31T23:00:00.000Z");
  expect(starts("2027-01-15", "Asia/Kolkata")).toBe("2027-01-14T18:30:00.000Z");
  expect(starts("2027-01-15", "UTC")).toBe("2027-01-15T00:00:00.000Z");
});

it("a moment belongs to another day elsewhere", () => {
  const moment = new Date("2027-01-15T20:00:00Z");
  expect([dayOf(moment, "UTC"), timeOf(moment, "UTC")]).toEqual(["2027-01-15", "20:00"]);
  expect(dayOf(moment, "Asia/Kolkata")).toBe("2027-01-16");
  expect(timeOf(moment, "Asia/Kolkata")).toBe("01:30");
});

it("weeks begin on Monday, and months are shown in whole ones", () => {
  expect(weekOf("2027-01-17")).toEqual(weekOf("2027-01-11"));
  expect(weekOf("2027-01-17")[0]).toBe("2027-01-11");
  expect(monthOf("2027-01-15")).toHaveLength(35);
  expect(monthOf("2027-01-15")[0]).toBe("2026-12-28");
  expect(monthOf("2027-02-28")).toHaveLength(28);
  expect(monthOf("2027-05-01")).toHaveLength(42);
});

it("days are added over months, and months over their ends", () => {
  expect(addDays("2027-02-28", 1)).toBe("2027-03-01");
  expect(addMonths("2027-01-31", 1)).toBe("2027-02-28");
  expect(addMonths("2027-01-31", -2)).toBe("2026-11-30");
});

it("only what is a day is one", () => {
  expect(["2027-01-15", "2028-02-29"].every(isDay)).toBe(true);
  expect(["2027-02-30", "2027-1-5", "today", "0000-00-00", ""].some(isDay)).toBe(false);
});
