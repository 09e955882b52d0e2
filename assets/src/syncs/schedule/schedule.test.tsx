import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { NewSchedule, Schedule } from "../../api/types";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { openPage, seePage } from "../../testing/open";
import { noSchedule, schedule, session, sync } from "../../testing/samples";
import { stored, without } from "./testing";

const page = "/syncs/sync-1";
const editor = "/syncs/sync-1/schedule";
const title = "Airports to Sandbox: Schedule";

it("a sync that runs only when it is asked to says so, and leads to its schedule", async () => {
  fakeAppliance(without);
  const { user } = await openPage(page, sync.name);
  expect(await screen.findByText("It runs only when somebody asks")).toBeVisible();
  await user.click(screen.getByRole("link", { name: "Run by itself…" }));
  await seePage(title);
});

it("a schedule is told in a sentence, with the next time by the clocks there and here", async () => {
  fakeAppliance(stored);
  await openPage(page, sync.name);
  expect(
    await screen.findByText("Every Monday and Thursday at 06:30, Europe/Berlin"),
  ).toBeVisible();
  expect(screen.getByText("In Europe/Berlin").nextSibling).toHaveTextContent(/30 Nov 2099.*06:30/);
  const differs = new Date("2099-11-30T05:30:00Z").getHours() !== 6;
  expect(screen.queryAllByText("By your clock")).toHaveLength(differs ? 1 : 0);
  expect(screen.getByText("Make up for them once")).toBeVisible();
  expect(screen.getAllByText("+01:00").length).toBeGreaterThan(0);
});

it("a time that has come and was not served yet is due", async () => {
  const next_at = "2026-01-01T05:30:00Z";
  fakeAppliance({
    ...stored,
    "GET /syncs/{id}/schedule": { ...schedule, next_at },
    "GET /syncs": { items: [{ ...sync, next_run_at: next_at }] },
  });
  const { user } = await openPage(page, sync.name);
  expect(await screen.findByText("Now due")).toBeVisible();
  await user.click(
    within(screen.getByRole("navigation", { name: "Breadcrumb" })).getByRole("link"),
  );
  await seePage("Syncs");
  expect(await screen.findByText("Now due")).toBeVisible();
});

it("the list of syncs tells when each runs next", async () => {
  const soon = new Date(Date.now() + 2 * 3_600_000 + 30_000).toISOString();
  fakeAppliance({ "GET /syncs": { items: [{ ...sync, next_run_at: soon }] } });
  await openPage("/syncs", "Syncs");
  expect(await screen.findByText("in 2 hours")).toBeVisible();
  expect(screen.getByRole("columnheader", { name: /Next run/ })).toBeVisible();
});

it("it is let rest and go on by a switch, with all else as it was", async () => {
  let now = schedule;
  const appliance = fakeAppliance({
    ...stored,
    "GET /syncs/{id}/schedule": () => now,
    "PUT /syncs/{id}/schedule": ({ body }: { body: unknown }) => {
      now = { ...schedule, ...(body as NewSchedule), version: now.version + 1 } as Schedule;
      return now;
    },
  });
  const { user } = await openPage(page, sync.name);
  await user.click(await screen.findByRole("switch", { name: "Runs by itself" }));
  expect(await screen.findByText("Airports to Sandbox rests now.")).toBeVisible();
  expect(screen.getByText("None while it rests")).toBeVisible();
  await waitFor(() => expect(screen.getByRole("switch")).toBeEnabled());
  await user.click(screen.getByRole("switch"));
  expect(await screen.findByText("Airports to Sandbox runs by itself again.")).toBeVisible();
  const set = {
    every: "week",
    at: "06:30",
    days: ["monday", "thursday"],
    zone: "Europe/Berlin",
    missed: "once",
  };
  expect(appliance.bodies("PUT /syncs/{id}/schedule")).toEqual([
    { ...set, paused: true },
    { ...set, paused: false },
  ]);
  const tags = appliance.calls("PUT /syncs/{id}/schedule").map(({ headers }) => headers);
  expect(tags.map((headers) => headers.get("if-match"))).toEqual(['"7"', '"8"']);
});

it("a rest that is refused is taken back and says why", async () => {
  fakeAppliance({ ...stored, "PUT /syncs/{id}/schedule": refusal(503, "audit_unavailable") });
  const { user } = await openPage(page, sync.name);
  await user.click(await screen.findByRole("switch", { name: "Runs by itself" }));
  expect(await screen.findByText("Title of audit_unavailable")).toBeVisible();
  expect(screen.getByRole("switch")).toBeChecked();
});

it("it is removed after a question that can be left", async () => {
  let now: Schedule | undefined = schedule;
  const appliance = fakeAppliance({
    ...stored,
    "GET /syncs/{id}/schedule": () => now ?? noSchedule,
    "DELETE /syncs/{id}/schedule": () => {
      now = undefined;
    },
  });
  const { user } = await openPage(page, sync.name);
  await user.click(await screen.findByRole("button", { name: "Remove the schedule" }));
  const question = within(await screen.findByRole("alertdialog"));
  expect(question.getByText(/It was: Every Monday and Thursday/)).toBeVisible();
  await user.click(question.getByRole("button", { name: "Keep it" }));
  expect(appliance.calls("DELETE /syncs/{id}/schedule")).toHaveLength(0);
  await user.click(await screen.findByRole("button", { name: "Remove the schedule" }));
  await user.click(
    within(await screen.findByRole("alertdialog")).getByRole("button", { name: /Remove/ }),
  );
  expect(await screen.findByText("It runs only when somebody asks")).toBeVisible();
  const [call] = appliance.calls("DELETE /syncs/{id}/schedule");
  expect(call?.headers.get("if-match")).toBe('"7"');
});

it("one that somebody else has changed is not removed unseen", async () => {
  let now = schedule;
  fakeAppliance({
    ...stored,
    "GET /syncs/{id}/schedule": () => now,
    "DELETE /syncs/{id}/schedule": () => {
      now = { ...schedule, at: "09:15", version: 8 };
      return refusal(412, "precondition_failed");
    },
  });
  const { user } = await openPage(page, sync.name);
  await user.click(await screen.findByRole("button", { name: "Remove the schedule" }));
  const question = within(await screen.findByRole("alertdialog"));
  await user.click(question.getByRole("button", { name: "Remove the schedule" }));
  expect(await question.findByText("Title of precondition_failed")).toBeVisible();
  await user.click(question.getByRole("button", { name: "Keep it" }));
  expect(
    await screen.findByText("Every Monday and Thursday at 09:15, Europe/Berlin"),
  ).toBeVisible();
});

it("those who may not run syncs see the schedule and no way to change it", async () => {
  fakeAppliance({ ...stored, "GET /auth/session": { ...session, permissions: ["sync:read"] } });
  await openPage(page, sync.name);
  expect(await screen.findByText(/Every Monday and Thursday/)).toBeVisible();
  expect(screen.queryByRole("switch")).toBeNull();
  expect(screen.queryByRole("link", { name: "Change the schedule" })).toBeNull();
});

it("an address of the editor tells whom to ask where one may not", async () => {
  fakeAppliance({ ...stored, "GET /auth/session": { ...session, permissions: ["sync:read"] } });
  await openPage(editor, title);
  expect(await screen.findByText("Your roles do not let you run syncs")).toBeVisible();
});

it("says so where the schedule cannot be read", async () => {
  fakeAppliance({ ...stored, "GET /syncs/{id}/schedule": refusal(500, "internal") });
  await openPage(page, sync.name);
  expect(await screen.findByText("Title of internal")).toBeVisible();
});
