import { expect, it } from "vitest";
import { draftOf, faultsOf, scheduleOf } from "./draft";

const fresh = draftOf(undefined, "Asia/Kolkata");

it("a new schedule begins in the reader's own zone", () => {
  expect(fresh.zone).toBe("Asia/Kolkata");
  expect(draftOf({ every: "day", at: "06:30", zone: "UTC" }, "Asia/Kolkata").zone).toBe("UTC");
});

it("only what belongs to the kind is sent, whatever else was written meanwhile", () => {
  const rest = { zone: "Asia/Kolkata", missed: "once", paused: false };
  const written = { ...fresh, minute: " 5", at: "07:00", cron: "0 7 * * *" };
  expect(scheduleOf({ ...written, every: "hour" })).toEqual({ every: "hour", minute: 5, ...rest });
  expect(scheduleOf({ ...written, every: "day" })).toEqual({ every: "day", at: "07:00", ...rest });
  expect(scheduleOf({ ...written, every: "week", days: ["sunday"] })).toEqual({
    every: "week",
    at: "07:00",
    days: ["sunday"],
    ...rest,
  });
  expect(scheduleOf({ ...written, every: "cron" })).toEqual({
    every: "cron",
    cron: "0 7 * * *",
    ...rest,
  });
});

it("a minute that is no number is no question for the appliance", () => {
  for (const minute of ["", "x", "-1", "5.5", "123"]) {
    expect(faultsOf({ ...fresh, every: "hour", minute })).toHaveProperty("minute");
  }
  expect(faultsOf({ ...fresh, every: "hour", minute: "59" })).toEqual({});
  expect(faultsOf({ ...fresh, every: "day", minute: "x" })).toEqual({});
});
