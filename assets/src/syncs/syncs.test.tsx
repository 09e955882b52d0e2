import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance, refusal } from "../testing/appliance";
import { choose, openPage, seePage } from "../testing/open";
import { airports, remoteTable, run, sandboxConnection, sync } from "../testing/samples";

const stored = {
  "GET /syncs/{id}": sync,
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

it("an empty list teaches", async () => {
  fakeAppliance({ "GET /syncs": { items: [] } });
  await openPage("/syncs", "Syncs");
  expect(await screen.findByText("No syncs yet")).toBeVisible();
});

it("a sync is agreed on from a proposal that can be changed", async () => {
  const appliance = fakeAppliance({
    ...stored,
    "GET /datasets": { items: [airports] },
    "GET /connections": { items: [sandboxConnection] },
    "GET /connections/{id}/bases": { items: [{ id: "b", name: "Sandbox", permission: "create" }] },
    "POST /syncs/proposal": {
      mapping: [{ field: "name", remote_field_id: "fld-name", reason: "same name" }],
      remote_key_field_id: "fld-code",
      unmapped_fields: ["state"],
      problems: ["Latitude has no place there."],
    },
    "POST /syncs": sync,
  });
  const { user } = await openPage("/syncs/new", "New sync");
  await choose(user, /Dataset/, "Airports");
  await choose(user, /Connection/, /Airtable sandbox/);
  await choose(user, /Base/, "Sandbox");
  await choose(user, /Table/, "Flughäfen");
  expect(await screen.findByText("Latitude has no place there.")).toBeVisible();
  expect(screen.getByText("same name")).toBeVisible();
  await choose(user, /Where name goes/, "Stays here");
  await user.click(screen.getByRole("checkbox", { name: /convert texts/ }));
  await user.click(screen.getByRole("button", { name: "Create sync" }));
  await seePage("Airports to Sandbox");
  expect(appliance.bodies("POST /syncs")).toEqual([
    {
      name: "Airports to Sandbox",
      dataset_id: airports.id,
      connection_id: sandboxConnection.id,
      base_id: "b",
      table_id: remoteTable.id,
      mapping: [{ field: "code", remote_field_id: "fld-code" }],
      remote_key_field_id: "fld-code",
      typecast: true,
    },
  ]);
});

it("without a dataset or a connection it says what is missing", async () => {
  fakeAppliance({ "GET /datasets": { items: [] }, "GET /connections": { items: [] } });
  await openPage("/syncs/new", "New sync");
  expect(await screen.findByText("A sync needs a dataset")).toBeVisible();
});

it("without a connection it says so", async () => {
  fakeAppliance({ "GET /datasets": { items: [airports] }, "GET /connections": { items: [] } });
  await openPage("/syncs/new", "New sync");
  expect(await screen.findByText("A sync needs a connection")).toBeVisible();
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
