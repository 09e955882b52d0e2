import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { NewSchedule, Schedule } from "../../api/types";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { openPage, seePage } from "../../testing/open";
import { noSchedule, schedule, sync } from "../../testing/samples";
import { items, stored, without } from "./testing";
import { ownZone } from "./times";

const address = "/syncs/sync-1/schedule";
const title = "Airports to Sandbox: Schedule";
const put = "PUT /syncs/{id}/schedule";
const preview = "POST /syncs/schedule-preview";

function faulty(path: string, message: string) {
  return refusal(422, "validation_failed", { fields: [{ path, message }] });
}

it("a first schedule is set only while there is none", async () => {
  let now: Schedule | undefined;
  const appliance = fakeAppliance({
    ...without,
    "GET /syncs/{id}/schedule": () => now ?? noSchedule,
    [put]: () => {
      now = { ...schedule, every: "day", days: undefined };
      return now;
    },
  });
  const { user } = await openPage(address, title);
  await user.click(await screen.findByRole("button", { name: "Save" }));
  await seePage(sync.name);
  expect(await screen.findByText("Every day at 06:30, Europe/Berlin")).toBeVisible();
  const [call] = appliance.calls(put);
  expect(call?.headers.has("if-match")).toBe(false);
  expect(call?.headers.get("if-none-match")).toBe("*");
  expect(call?.body).toEqual({
    every: "day",
    at: "06:30",
    zone: ownZone(),
    missed: "once",
    paused: false,
  });
});

it("the next ten times follow what is written", async () => {
  const appliance = fakeAppliance({
    ...stored,
    [preview]: ({ body }: { body: unknown }) =>
      (body as NewSchedule).at === "07:45" ? { items: items.slice(1) } : { items },
  });
  await openPage(address, title);
  const times = within(await screen.findByRole("list", { name: "Times to come" }));
  expect(times.getAllByRole("listitem")).toHaveLength(10);
  expect(screen.getByText(/^The next time is .*10 Dec 2099/)).toBeInTheDocument();
  fireEvent.change(screen.getByLabelText("At"), { target: { value: "07:45" } });
  expect(screen.getByRole("list", { name: "Times to come" })).toHaveAttribute("data-old");
  expect(await screen.findByText(/^The next time is .*11 Dec 2099/)).toBeInTheDocument();
  expect(screen.getByRole("list", { name: "Times to come" })).not.toHaveAttribute("data-old");
  expect(appliance.bodies(preview).at(-1)).toMatchObject({ every: "week", at: "07:45" });
});

it("typing asks once it has come to rest, not with every letter", async () => {
  const appliance = fakeAppliance(stored);
  const { user } = await openPage(address, title);
  await user.click(await screen.findByRole("radio", { name: "By pattern" }));
  const pattern = await screen.findByLabelText("Pattern");
  await user.clear(pattern);
  await user.type(pattern, "15 9 1 * *");
  await waitFor(() =>
    expect(appliance.bodies(preview).at(-1)).toMatchObject({ every: "cron", cron: "15 9 1 * *" }),
  );
  expect(appliance.calls(preview).length).toBeLessThan(10);
});

it("what the appliance refuses is told at its field, before anything is saved", async () => {
  fakeAppliance({
    ...stored,
    [preview]: ({ body }: { body: unknown }) =>
      (body as NewSchedule).days?.length === 0
        ? faulty("days", "name at least one day of the week")
        : { items },
  });
  const { user } = await openPage(address, title);
  const days = within(await screen.findByRole("group", { name: /^On/ }));
  expect(days.getByRole("checkbox", { name: "Monday" })).toBeChecked();
  await user.click(days.getByRole("checkbox", { name: "Monday" }));
  await user.click(days.getByRole("checkbox", { name: "Thursday" }));
  expect(await screen.findByText("name at least one day of the week")).toBeVisible();
  expect(screen.getByText("They stand here once what is marked is mended.")).toBeVisible();
  await user.click(days.getByRole("checkbox", { name: "Sunday" }));
  expect(await screen.findByRole("list", { name: "Times to come" })).toBeVisible();
  expect(screen.queryByText("name at least one day of the week")).toBeNull();
});

it("a minute that is no number is told at once, and not saved", async () => {
  const appliance = fakeAppliance({ ...stored, [put]: schedule });
  const { user } = await openPage(address, title);
  await user.click(await screen.findByRole("radio", { name: "Every hour" }));
  const minute = await screen.findByLabelText("At minute");
  await user.clear(minute);
  expect(await screen.findByText("A minute is a number from 0 to 59.")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(appliance.calls(put)).toHaveLength(0);
  await user.type(minute, "15");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await seePage(sync.name);
  expect(appliance.bodies(put)).toMatchObject([{ every: "hour", minute: 15 }]);
});

it("a refusal to save stands at its field alone, and goes when that is mended", async () => {
  fakeAppliance({ ...stored, [put]: faulty("at", "no time of day") });
  const { user } = await openPage(address, title);
  await user.click(await screen.findByRole("button", { name: "Save" }));
  expect(await screen.findByText("no time of day")).toBeVisible();
  expect(screen.queryByText("Title of validation_failed")).toBeNull();
  fireEvent.change(screen.getByLabelText("At"), { target: { value: "07:45" } });
  expect(screen.queryByText("no time of day")).toBeNull();
});

it("a limit that is met while writing is waited for", async () => {
  let calls = 0;
  fakeAppliance({
    ...stored,
    [preview]: () => {
      calls += 1;
      if (calls > 1) return { items };
      const limited = refusal(429, "rate_limited", { limit: "api_calls" });
      limited.headers.set("retry-after", "1");
      return limited;
    },
  });
  await openPage(address, title);
  expect(await screen.findByRole("list", { name: "Times to come" })).toBeVisible();
  expect(calls).toBe(2);
});

it("a zone is found by a part of its name", async () => {
  const appliance = fakeAppliance({ ...stored, [put]: schedule });
  const { user } = await openPage(address, title);
  const zone = await screen.findByRole("combobox", { name: "By the clocks of" });
  expect(zone).toHaveValue("Europe/Berlin");
  await user.click(zone);
  fireEvent.change(zone, { target: { value: "new york" } });
  await user.click(await screen.findByRole("option", { name: "America/New_York" }));
  await user.click(screen.getByRole("button", { name: "Save" }));
  await seePage(sync.name);
  expect(appliance.bodies(put)).toMatchObject([{ zone: "America/New_York" }]);
});

it("what becomes of missed times is chosen among three, each explained", async () => {
  const appliance = fakeAppliance({ ...stored, [put]: schedule });
  const { user } = await openPage(address, title);
  const missed = within(await screen.findByRole("radiogroup", { name: /^Times that were missed/ }));
  expect(missed.getAllByRole("radio")).toHaveLength(3);
  expect(missed.getByRole("radio", { name: /Make up for them once/ })).toBeChecked();
  await user.click(missed.getByRole("radio", { name: /Leave them out.*the book says/ }));
  await user.click(screen.getByRole("button", { name: "Save" }));
  await seePage(sync.name);
  expect(appliance.bodies(put)).toMatchObject([{ missed: "skip" }]);
});

it("a schedule that rests goes on resting when it is changed", async () => {
  const resting = { ...schedule, paused: true, upcoming: [], next_at: undefined };
  const appliance = fakeAppliance({
    ...stored,
    "GET /syncs/{id}/schedule": resting,
    [put]: resting,
  });
  const { user } = await openPage(address, title);
  await user.click(await screen.findByRole("button", { name: "Save" }));
  expect(await screen.findByText("The schedule is saved; it rests.")).toBeVisible();
  expect(appliance.bodies(put)).toMatchObject([{ paused: true }]);
  expect(appliance.bodies(preview)).toMatchObject([{ paused: false }]);
});

it("what somebody else set meanwhile is shown beside one's own, and overwritten by choice", async () => {
  const theirs = { ...schedule, at: "09:15", version: 9 };
  let now = schedule;
  const appliance = fakeAppliance({
    ...stored,
    "GET /syncs/{id}/schedule": () => now,
    [put]: ({ headers }: { headers: Headers }) => {
      if (headers.get("if-match") === '"9"') return { ...theirs, version: 10 };
      now = theirs;
      return refusal(412, "precondition_failed");
    },
  });
  const { user } = await openPage(address, title);
  fireEvent.focus(await screen.findByLabelText("At"));
  fireEvent.change(screen.getByLabelText("At"), { target: { value: "07:45" } });
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Changed meanwhile")).toBeVisible();
  const table = screen.getByRole("region", { name: "What differs" });
  expect(table).toHaveTextContent(/06:30.*09:15.*07:45/);
  await user.click(screen.getByRole("button", { name: "Overwrite with mine" }));
  await seePage(sync.name);
  expect(appliance.bodies(put)).toMatchObject([{ at: "07:45" }, { at: "07:45" }]);
});

it("a first one that somebody else has set meanwhile is not overwritten unseen", async () => {
  let now: Schedule | undefined;
  const appliance = fakeAppliance({
    ...without,
    "GET /syncs/{id}/schedule": () => now ?? noSchedule,
    [put]: ({ headers }: { headers: Headers }) =>
      headers.has("if-none-match")
        ? refusal(412, "precondition_failed")
        : { ...schedule, version: 8 },
  });
  const { user } = await openPage(address, title);
  const save = await screen.findByRole("button", { name: "Save" });
  now = schedule;
  await user.click(save);
  expect(await screen.findByText("Changed meanwhile")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Overwrite with mine" }));
  await seePage(sync.name);
  const tags = appliance.calls(put).map(({ headers }) => headers.get("if-match"));
  expect(tags).toEqual([null, '"7"']);
});

it("one that somebody else has removed meanwhile is set anew by choice", async () => {
  let now: Schedule | undefined = schedule;
  const appliance = fakeAppliance({
    ...stored,
    "GET /syncs/{id}/schedule": () => now ?? noSchedule,
    [put]: ({ headers }: { headers: Headers }) => {
      now = undefined;
      return headers.has("if-match") ? refusal(412, "precondition_failed") : schedule;
    },
  });
  const { user } = await openPage(address, title);
  await user.click(await screen.findByRole("button", { name: "Save" }));
  await user.click(await screen.findByRole("button", { name: "Overwrite with mine" }));
  await seePage(sync.name);
  expect(appliance.calls(put)).toHaveLength(2);
});

it("theirs takes the form's place when one's own is dropped", async () => {
  let now = schedule;
  fakeAppliance({
    ...stored,
    "GET /syncs/{id}/schedule": () => now,
    [put]: () => {
      now = { ...schedule, at: "09:15", version: 9 };
      return refusal(412, "precondition_failed");
    },
  });
  const { user } = await openPage(address, title);
  await user.click(await screen.findByRole("button", { name: "Save" }));
  await user.click(await screen.findByRole("button", { name: "Drop mine, show theirs" }));
  await waitFor(() => expect(screen.getByLabelText("At")).toHaveValue("09:15"));
});

it("a time that came while the form stood open is nobody's change", async () => {
  let now = schedule;
  const appliance = fakeAppliance({
    ...stored,
    "GET /syncs/{id}/schedule": () => now,
    [put]: ({ headers }: { headers: Headers }) => {
      if (headers.get("if-match") === '"8"') return { ...schedule, version: 9 };
      now = { ...schedule, version: 8 };
      return refusal(412, "precondition_failed");
    },
  });
  const { user } = await openPage(address, title);
  await user.click(await screen.findByRole("button", { name: "Save" }));
  await seePage(sync.name);
  expect(appliance.calls(put)).toHaveLength(2);
});

it("it can be left as it was", async () => {
  const appliance = fakeAppliance(stored);
  const { user } = await openPage(address, title);
  await user.click(await screen.findByRole("button", { name: "Leave it as it was" }));
  await seePage(sync.name);
  expect(appliance.calls(put)).toHaveLength(0);
});
