import { screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { Sync } from "../api/types";
import { fakeAppliance, refusal } from "../testing/appliance";
import { choose, openPage, seePage } from "../testing/open";
import {
  airports,
  noSchedule,
  remoteTable,
  run,
  sandboxConnection,
  sync,
} from "../testing/samples";

const stored = {
  "GET /syncs/{id}": sync,
  "GET /syncs/{id}/schedule": noSchedule,
  "GET /runs": { items: [run] },
  "GET /datasets/{id}": airports,
  "GET /connections/{id}/bases/{base}/tables": { items: [remoteTable] },
};

it("the list shows both ends and how the last run went", async () => {
  const idle = { ...sync, id: "sync-2", name: "Idle", last_run: undefined };
  fakeAppliance({ "GET /syncs": { items: [sync, idle] } });
  await openPage("/syncs", "Syncs");
  expect(await screen.findByText("Done, with refusals")).toBeVisible();
  expect(screen.getByText("Never ran")).toBeVisible();
});

it("a sync that fails time after time says so, in the list and on its page", async () => {
  const failing = {
    since: "2026-11-22T04:15:00Z",
    failures: 3,
    last: { code: "unauthorised", message: "Airtable does not take the token." },
  };
  fakeAppliance({
    ...stored,
    "GET /syncs": { items: [{ ...sync, failing }] },
    "GET /syncs/{id}": { ...sync, failing },
  });
  const { user } = await openPage("/syncs", "Syncs");
  expect(await screen.findByText("Failed 3 times in a row")).toBeVisible();
  await user.click(screen.getByRole("link", { name: sync.name }));
  expect(await screen.findByText("It has failed 3 times in a row")).toBeVisible();
  expect(screen.getByText(/Airtable does not take the token\./)).toBeVisible();
});

it("a table that has changed is told with what is lost, and the mapping follows at a press", async () => {
  const drifted = {
    since: "2026-11-22T04:15:00Z",
    lost: [
      {
        field: "city",
        remote_field_id: "fld-city",
        remote_field_name: "City",
        reason: "the table has no such field",
      },
    ],
    offers: [{ field: "city", remote_field_id: "fld-town", remote_field_name: "Town" }],
    stops: true,
    schedule_rests: true,
  };
  const appliance = fakeAppliance({
    ...stored,
    "GET /syncs/{id}": { ...sync, drifted },
    "POST /syncs/{id}/drift/accept": sync,
  });
  const { user } = await openPage("/syncs/sync-1", sync.name);
  expect(await screen.findByText(/It has stopped: the fields of/)).toBeVisible();
  expect(screen.getByText(/city is lost: it belonged to City/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Change the mapping so" }));
  await vi.waitFor(() => expect(appliance.calls("POST /syncs/{id}/drift/accept")).toHaveLength(1));
});

it("how soon its runs go is chosen on its page", async () => {
  const appliance = fakeAppliance({ ...stored, "PATCH /syncs/{id}": sync });
  const { user } = await openPage("/syncs/sync-1", sync.name);
  await choose(user, /Priority/, /^High/);
  await waitFor(() =>
    expect(appliance.bodies("PATCH /syncs/{id}")).toEqual([{ priority: "high" }]),
  );
});

it("an empty list teaches", async () => {
  fakeAppliance({ "GET /syncs": { items: [] } });
  await openPage("/syncs", "Syncs");
  expect(await screen.findByText("No syncs yet")).toBeVisible();
});

it("running it leads to the run", async () => {
  fakeAppliance({
    ...stored,
    "GET /runs": { items: [] },
    "POST /syncs/{id}/runs": run,
    "GET /runs/{id}": run,
    "GET /runs/{id}/outcomes": { items: [] },
  });
  const { user } = await openPage("/syncs/sync-1", "Airports to Sandbox");
  expect(await screen.findByText("It has not run yet")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Run now" }));
  await seePage("Run of Airports to Sandbox");
});

it("a second run at once is refused with the reason", async () => {
  fakeAppliance({
    ...stored,
    "POST /syncs/{id}/runs": refusal(409, "conflict", { detail: "One is running." }),
  });
  const { user } = await openPage("/syncs/sync-1", "Airports to Sandbox");
  await user.click(await screen.findByRole("button", { name: "Run now" }));
  expect(await screen.findByText("One is running.")).toBeVisible();
});

it("what goes where can be changed, and left as it was", async () => {
  const appliance = fakeAppliance({ ...stored, "PATCH /syncs/{id}": sync });
  const { user } = await openPage("/syncs/sync-1", "Airports to Sandbox");
  await user.click(await screen.findByRole("button", { name: "Edit" }));
  await user.click(await screen.findByRole("button", { name: "Leave it as it was" }));
  await user.click(await screen.findByRole("button", { name: "Edit" }));
  await choose(user, /Where name goes/, /Name/);
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(appliance.bodies("PATCH /syncs/{id}")).toEqual([
      {
        mapping: [
          { field: "code", remote_field_id: "fld-code" },
          { field: "name", remote_field_id: "fld-name" },
        ],
        remote_key_field_id: "fld-code",
        typecast: false,
      },
    ]),
  );
});

it("a table that is gone cannot be mapped", async () => {
  fakeAppliance({ ...stored, "GET /connections/{id}/bases/{base}/tables": { items: [] } });
  const { user } = await openPage("/syncs/sync-1", "Airports to Sandbox");
  await user.click(await screen.findByRole("button", { name: "Edit" }));
  expect(await screen.findByText(/is not there any more/)).toBeVisible();
});

it("a pull runs when its provider tells of a change, and its page says how that stands", async () => {
  const pull = { ...sync, direction: "pull" as const, gone: "keep" as const };
  let kept: Sync = { ...pull, run_on_change: false };
  const appliance = fakeAppliance({
    ...stored,
    "GET /syncs/{id}": () => kept,
    "PATCH /syncs/{id}": () => kept,
  });
  const { user } = await openPage("/syncs/sync-1", "Airports to Sandbox");
  const box = await screen.findByRole("checkbox", { name: /tells of a change/ });
  expect(box).not.toBeChecked();
  kept = {
    ...pull,
    run_on_change: true,
    watch: { state: "failing", problem: "the base has as many webhooks as it can have" },
  };
  await user.click(box);
  await waitFor(() =>
    expect(appliance.bodies("PATCH /syncs/{id}")).toEqual([{ run_on_change: true }]),
  );
  await waitFor(() => expect(box).toBeChecked());
  expect(await screen.findByText("It does not work")).toBeVisible();
  expect(screen.getByText(/as many webhooks/)).toBeVisible();
});

it("a sync at Notion that waits for changes says that nobody has set them up", async () => {
  const connection = { ...sync.connection, provider: "notion" as const };
  const watch = { state: "unsubscribed" as const };
  const pull = { ...sync, direction: "pull" as const, gone: "keep" as const, connection };
  fakeAppliance({ ...stored, "GET /syncs/{id}": { ...pull, run_on_change: true, watch } });
  await openPage("/syncs/sync-1", "Airports to Sandbox");
  expect(await screen.findByRole("checkbox", { name: /Notion tells of a change/ })).toBeChecked();
  expect(screen.getByText("Notion tells of nothing yet")).toBeVisible();
  expect(screen.getByRole("link", { name: "Receive changes" })).toBeVisible();
});

it("a push has no switch for changes elsewhere", async () => {
  fakeAppliance(stored);
  await openPage("/syncs/sync-1", "Airports to Sandbox");
  await screen.findByRole("checkbox", { name: /approved/i });
  expect(screen.queryByRole("checkbox", { name: /tells of a change/ })).toBeNull();
});

it("what is gone waits as long as the sync says, and what waits is listed", async () => {
  let kept = { ...sync, deletes: { ...sync.deletes, policy: "delete" as const } };
  const waiting = {
    items: [
      {
        key: "LAX",
        remote_id: "rec-lax",
        missed_since: "2026-11-22T04:15:00.000Z",
        due_at: "2026-11-23T04:15:00.000Z",
      },
    ],
    total: 1,
  };
  const appliance = fakeAppliance({
    ...stored,
    "GET /syncs/{id}": () => kept,
    "PATCH /syncs/{id}": () => kept,
    "GET /syncs/{id}/quarantine": () => waiting,
  });
  const { user } = await openPage("/syncs/sync-1", "Airports to Sandbox");
  expect(await screen.findByText(/is removed there by the next run/)).toBeVisible();
  expect(screen.queryByRole("region", { name: "Records in quarantine" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Change how long it waits" }));
  const hours = screen.getByLabelText("Hours");
  await user.clear(hours);
  await user.type(hours, "24");
  kept = { ...kept, quarantine_hours: 24 };
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(appliance.bodies("PATCH /syncs/{id}")).toEqual([{ quarantine_hours: 24 }]),
  );
  expect(await screen.findByText(/missing for 24 hours/)).toBeVisible();
  const table = await screen.findByRole("region", { name: "Records in quarantine" });
  expect(within(table).getByText("LAX")).toBeVisible();
});

it("a sync is renamed, and deleted after it was said what stays", async () => {
  const appliance = fakeAppliance({
    ...stored,
    "GET /syncs": { items: [] },
    "PATCH /syncs/{id}": sync,
    "DELETE /syncs/{id}": undefined,
  });
  const { user } = await openPage("/syncs/sync-1", "Airports to Sandbox");
  const name = await screen.findByLabelText("Name");
  await user.type(name, "!");
  await user.click(screen.getByRole("button", { name: "Rename" }));
  await waitFor(() =>
    expect(appliance.bodies("PATCH /syncs/{id}")).toEqual([{ name: "Airports to Sandbox!" }]),
  );
  await user.click(screen.getByRole("button", { name: "Delete sync" }));
  const question = within(await screen.findByRole("alertdialog"));
  expect(question.getByText(/The records stay/)).toBeVisible();
  await user.click(question.getByRole("button", { name: "Delete sync" }));
  await seePage("Syncs");
});

it("a new name is shown at once, and taken back where it is refused", async () => {
  let answer: (response: Response) => void = () => {};
  fakeAppliance({
    ...stored,
    "PATCH /syncs/{id}": refusal(409, "conflict", { detail: "There is one of that name." }),
  });
  const answers = globalThis.fetch;
  vi.stubGlobal("fetch", (request: Request) =>
    request.method === "PATCH"
      ? new Promise((resolve) => {
          answer = resolve as typeof answer;
        })
      : answers(request),
  );
  const { user } = await openPage("/syncs/sync-1", "Airports to Sandbox");
  await user.type(await screen.findByLabelText("Name"), "!");
  await user.click(screen.getByRole("button", { name: "Rename" }));
  await seePage("Airports to Sandbox!");
  answer(refusal(409, "conflict", { detail: "There is one of that name." }));
  expect(await screen.findByText("There is one of that name.")).toBeVisible();
  await seePage("Airports to Sandbox");
});

it("which records go is changed, and a filter that makes no sense is told at its place", async () => {
  const fault = { path: "scope.filter", message: "at character 1: no such field" };
  let isRefused = true;
  const appliance = fakeAppliance({
    ...stored,
    "GET /datasets/{id}/selection": { records: 0, most: 10_000 },
    "PATCH /syncs/{id}": () =>
      isRefused ? refusal(422, "validation_failed", { fields: [fault] }) : sync,
  });
  const { user } = await openPage("/syncs/sync-1", "Airports to Sandbox");
  expect(await screen.findByText("All records")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Change" }));
  await user.click(await screen.findByRole("radio", { name: /I have selected/ }));
  expect(await screen.findByText(/No record is selected yet/)).toBeVisible();
  await user.click(screen.getByRole("radio", { name: /match a filter/ }));
  await user.type(screen.getByLabelText("Filter"), "town = x");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("at character 1: no such field")).toBeVisible();
  isRefused = false;
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("All records")).toBeVisible();
  expect(appliance.bodies("PATCH /syncs/{id}").at(-1)).toEqual({
    scope: { kind: "filter", filter: "town = x" },
  });
});

it("what is deleted there is changed with its brakes", async () => {
  const appliance = fakeAppliance({
    ...stored,
    "GET /connections/{id}": sandboxConnection,
    "PATCH /syncs/{id}": sync,
  });
  const { user } = await openPage("/syncs/sync-1", "Airports to Sandbox");
  expect(await screen.findByText("They stay there.")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Change what is deleted" }));
  await user.click(await screen.findByRole("radio", { name: /Delete them there/ }));
  const most = screen.getByLabelText("At most so many of a hundred that are linked");
  await user.clear(most);
  await user.type(most, "9");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(appliance.bodies("PATCH /syncs/{id}")).toEqual([
      { deletes: { policy: "delete", matched: false, most_records: 100, most_percent: 9 } },
    ]),
  );
});
