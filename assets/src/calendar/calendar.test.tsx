import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Calendar, CalendarRun } from "../api/types";
import { fakeAppliance, refusal } from "../testing/appliance";
import { openPage } from "../testing/open";
import { sync } from "../testing/samples";
import { linesByDay } from "./lines";
import { readCalendarSearch } from "./search";

const ran: CalendarRun = {
  id: "run-1",
  sync_id: sync.id,
  sync_name: sync.name,
  kind: "push",
  state: "failed",
  by_schedule: true,
  queued_at: "2027-03-16T05:30:00Z",
  finished_at: "2027-03-16T05:31:00Z",
  open: 0,
};

const hours = Array.from(
  { length: 24 },
  (_, hour) => `2027-03-18T${String(hour).padStart(2, "0")}:00:00Z`,
);

const march: Calendar = {
  from: "2027-03-15T00:00:00Z",
  to: "2027-03-22T00:00:00Z",
  runs: [ran],
  runs_left_off: false,
  schedules: [
    {
      sync_id: "sync-2",
      sync_name: "Hourly",
      zone: "UTC",
      paused: false,
      times: hours,
      times_left_off: false,
    },
  ],
};

const stored = { "GET /calendar": march, "GET /syncs": { items: [sync] } };
const address = "/calendar?day=2027-03-17&zone=UTC";

it("a week shows what ran with its end, and what is to run, many of a day together", async () => {
  const appliance = fakeAppliance(stored);
  const { user } = await openPage(address, "Calendar");
  expect(screen.getByText(/^15\s?–\s?21 March 2027$/)).toBeVisible();
  const days = within(await screen.findByRole("list", { name: "Days" }));
  const failed = days.getByRole("link", { name: `05:30 ${sync.name}, Failed` });
  expect(failed).toHaveAttribute("href", "/runs/run-1");
  const many = days.getByRole("link", { name: "00:00–23:00 Hourly × 24, Planned" });
  expect(many).toHaveAttribute("href", "/syncs/sync-2");
  const query = appliance.calls("GET /calendar")[0]?.query;
  expect([query?.get("from"), query?.get("to")]).toEqual([
    "2027-03-15T00:00:00.000Z",
    "2027-03-22T00:00:00.000Z",
  ]);
  await user.click(screen.getByText("The same as a table"));
  const rows = within(screen.getByRole("table")).getAllByRole("row");
  expect(rows.map(({ textContent }) => textContent)).toEqual([
    "DaySyncStateEndedHow many",
    `Tue 16 Mar05:30 ${sync.name}, FailedFailed05:311`,
    "Thu 18 Mar00:00–23:00 Hourly × 24, PlannedPlanned24",
  ]);
});

it("time is gone through by buttons, and all of it stands in the address", async () => {
  const appliance = fakeAppliance(stored);
  const { user, history } = await openPage(address, "Calendar");
  await user.click(await screen.findByRole("button", { name: "Next week" }));
  expect(await screen.findByText(/^22\s?–\s?28 March 2027$/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: /View/ }));
  await user.click(await screen.findByRole("option", { name: "Month" }));
  expect(await screen.findByText("March 2027")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Previous month" }));
  expect(await screen.findByText("February 2027")).toBeVisible();
  expect(history.location.search).toBe("?day=2027-02-24&zone=UTC&view=month");
  const query = appliance.calls("GET /calendar").at(-1)?.query;
  expect(query?.get("to")).toBe("2027-03-01T00:00:00.000Z");
});

it("another zone's clocks move a run to the day that it has there", () => {
  const wish = { sync: undefined, most: 9, now: new Date("2027-03-17T00:00:00Z") };
  const days = (zone: string) => [...linesByDay({ ...march, schedules: [] }, { ...wish, zone })];
  expect(days("Pacific/Honolulu").map(([day, [line]]) => [day, line?.time, line?.end])).toEqual([
    ["2027-03-15", "19:30", "19:31"],
  ]);
});

it("one sync alone is shown, and a time that has come is due", () => {
  const now = new Date("2027-03-18T00:30:00Z");
  const lines = linesByDay(march, { zone: "UTC", sync: "sync-2", most: 1, now });
  const shown = lines.get("2027-03-18")?.map(({ time, status }) => [time, status.label]);
  expect(lines.size).toBe(1);
  expect(shown).toEqual([
    ["00:00", "Now due"],
    ["01:00–23:00", "Planned"],
  ]);
});

it("says what is left off, what rests, and that there is nothing", async () => {
  const [hourly] = march.schedules as [Calendar["schedules"][number]];
  const resting = { ...hourly, paused: true, times: [] };
  const schedules = [{ ...hourly, times_left_off: true }];
  fakeAppliance({ ...stored, "GET /calendar": { ...march, runs_left_off: true, schedules } });
  await openPage(address, "Calendar");
  expect(await screen.findByText("Of Hourly the next 24 times are here.")).toBeVisible();
  expect(screen.getByText(/Only the last runs/)).toBeVisible();
  fakeAppliance({ ...stored, "GET /calendar": { ...march, runs: [], schedules: [resting] } });
  await openPage(address, "Calendar");
  expect(await screen.findByText("Nothing ran, and nothing is to run")).toBeVisible();
  expect(screen.getByText("Resting:")).toBeVisible();
});

it("says so where it cannot be read", async () => {
  fakeAppliance({ ...stored, "GET /calendar": refusal(500, "internal") });
  await openPage(address, "Calendar");
  expect(await screen.findByText("Title of internal")).toBeVisible();
});

it("an address that names no day and no view shows this week", () => {
  expect(readCalendarSearch({ day: "2027-02-30", view: "year", zone: "UTC" })).toEqual({
    zone: "UTC",
  });
});
