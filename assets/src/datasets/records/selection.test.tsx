import { screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { openPage } from "../../testing/open";
import { airports, losAngeles, session } from "../../testing/samples";

const address = `/datasets/${airports.id}`;
const keys = ["LAX", "LGB", "SAN", "SFO"];
const items = keys.map((key) => ({ ...losAngeles, key }));

interface Change {
  add: string[];
  remove: string[];
}

/** An appliance that keeps a selection, as the real one does. */
function keeping(picked: string[]) {
  let selection = [...picked];
  return fakeAppliance({
    "GET /datasets/{id}": airports,
    "GET /datasets/{id}/records": { items },
    "GET /datasets/{id}/selection": () => ({ records: selection.length, most: 10_000 }),
    "GET /datasets/{id}/selection/records": () => ({
      items: items.filter(({ key }) => selection.includes(key)),
    }),
    "POST /datasets/{id}/selection/lookup": () => ({ selected: selection }),
    "POST /datasets/{id}/selection/matching": () => {
      selection = [...keys];
      return { records: 4, added: 4, removed: 0, missing: [] };
    },
    "PATCH /datasets/{id}/selection": ({ body }: { body: Change }) => {
      const { add, remove } = body;
      selection = [...selection, ...add].filter((key) => !remove.includes(key));
      return { records: selection.length, added: add.length, removed: remove.length, missing: [] };
    },
    "DELETE /datasets/{id}/selection": () => {
      selection = [];
    },
  });
}

const box = (name: string) => screen.findByRole("checkbox", { name });

it("a box picks a record, and the bar tells how many are", async () => {
  const appliance = keeping(["SAN"]);
  const { user } = await openPage(address, "Airports");
  expect(await screen.findByText("1 record selected")).toBeVisible();
  await waitFor(async () => expect(await box("Select SAN")).toBeChecked());
  await user.click(await box("Select LAX"));
  expect(await screen.findByText("2 records selected")).toBeVisible();
  expect(await box("Select LAX")).toBeChecked();
  await user.click(await box("Select SAN"));
  await waitFor(() =>
    expect(appliance.bodies("PATCH /datasets/{id}/selection")).toEqual([
      { add: ["LAX"], remove: [] },
      { add: [], remove: ["SAN"] },
    ]),
  );
  expect(screen.getByRole("checkbox", { name: /on this page/ })).toBePartiallyChecked();
});

it("with Shift all between two boxes are picked, by mouse and by keyboard", async () => {
  const appliance = keeping([]);
  const { user } = await openPage(address, "Airports");
  await user.click(await box("Select LAX"));
  await user.keyboard("{Shift>}");
  await user.click(await box("Select SAN"));
  await user.keyboard("{/Shift}");
  await screen.findByText("3 records selected");
  (await box("Select SFO")).focus();
  await user.keyboard(" ");
  await screen.findByText("4 records selected");
  (await box("Select LGB")).focus();
  await user.keyboard("{Shift>} {/Shift}");
  await screen.findByText("1 record selected");
  expect(appliance.bodies("PATCH /datasets/{id}/selection")).toEqual([
    { add: ["LAX"], remove: [] },
    { add: ["LGB", "SAN"], remove: [] },
    { add: ["SFO"], remove: [] },
    { add: [], remove: ["LGB", "SAN", "SFO"] },
  ]);
});

it("the box in the head picks the page, and everything that matches is picked at once", async () => {
  const appliance = keeping(["LAX"]);
  const { user } = await openPage(`${address}?filter=code+%5E%3D+L`, "Airports");
  await screen.findByText("1 record selected");
  await user.click(await box("Select all records of Airports on this page"));
  await screen.findByText("4 records selected");
  expect(appliance.bodies("PATCH /datasets/{id}/selection")).toEqual([
    { add: ["LGB", "SAN", "SFO"], remove: [] },
  ]);
  await user.click(screen.getByRole("button", { name: "Clear selection" }));
  expect(await screen.findByText("No record selected")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Select all that match" }));
  await screen.findByText("4 records selected");
  expect(appliance.bodies("POST /datasets/{id}/selection/matching")).toEqual([
    { filter: "code ^= L", replace: false },
  ]);
});

it("what is picked is shown alone and taken out in each format", async () => {
  keeping(["LGB"]);
  const { user } = await openPage(address, "Airports");
  await user.click(await screen.findByRole("button", { name: "Show selected" }));
  await waitFor(() => expect(screen.queryByRole("link", { name: "LAX" })).toBeNull());
  expect(screen.getByRole("link", { name: "LGB" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Export selected" }));
  const ways = await screen.findAllByRole("menuitem");
  expect(ways.map((way) => way.getAttribute("href"))).toEqual(
    ["csv", "json", "ndjson"].map(
      (format) => `/api/v1${address}/selection/export?format=${format}`,
    ),
  );
  await user.keyboard("{Escape}");
  await user.click(screen.getByRole("button", { name: "Clear selection" }));
  expect(await screen.findByText("No record is selected")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Show all records" }));
  expect(await screen.findByRole("link", { name: "LAX" })).toBeVisible();
});

it("a change that is refused is taken back and explained", async () => {
  fakeAppliance({
    "GET /datasets/{id}": airports,
    "GET /datasets/{id}/records": { items },
    "GET /datasets/{id}/selection": { records: 0, most: 10_000 },
    "POST /datasets/{id}/selection/lookup": { selected: [] },
    "PATCH /datasets/{id}/selection": refusal(422, "validation_failed", {
      detail: "A selection has at most 10000 records.",
    }),
  });
  const { user } = await openPage(address, "Airports");
  await user.click(await box("Select LAX"));
  expect(await screen.findByText("A selection has at most 10000 records.")).toBeVisible();
  await waitFor(async () => expect(await box("Select LAX")).not.toBeChecked());
});

it("who may not pick records sees no boxes", async () => {
  fakeAppliance({
    "GET /auth/session": { ...session, permissions: ["dataset:read"] },
    "GET /datasets/{id}": airports,
    "GET /datasets/{id}/records": { items },
  });
  await openPage(address, "Airports");
  expect(await screen.findByRole("link", { name: "LAX" })).toBeVisible();
  expect(screen.queryByRole("checkbox")).toBeNull();
});
