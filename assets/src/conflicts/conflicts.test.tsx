import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Conflict } from "../api/types";
import { fakeAppliance, refusal } from "../testing/appliance";
import { openPage } from "../testing/open";
import { conflict, run, session, sync, twoWaySync } from "../testing/samples";
import { allFrom, kindWord, solutionWords, verdictOf } from "./words";

const stored = {
  "GET /syncs": { items: [sync, twoWaySync] },
  "GET /conflicts": { items: [conflict] },
};

async function openSheet(answers: Parameters<typeof fakeAppliance>[0] = {}) {
  const appliance = fakeAppliance({ ...stored, ...answers });
  const { user } = await openPage("/conflicts", "Conflicts");
  await user.click(await screen.findByRole("button", { name: "LAX" }));
  const sheet = within(await screen.findByRole("dialog", { name: "LAX" }));
  return { appliance, user, sheet };
}

it("a conflict shows what was agreed, what is here and what is there, side by side", async () => {
  const { sheet } = await openSheet();
  const rows = within(sheet.getByRole("region", { name: "Side by side" })).getAllByRole("row");
  expect(rows.slice(1).map(({ textContent }) => textContent)).toEqual([
    "nameLos AngelesLos Angeles IntlLA International",
    "cityEmptyL.A.Empty",
    "stateNot knownCACA",
  ]);
});

it("each field is decided by the keyboard alone, with a value of one's own where none is right", async () => {
  const { appliance, user, sheet } = await openSheet({
    "POST /syncs/{id}/conflicts/{key}/resolve": conflict,
  });
  const decide = sheet.getByRole("button", { name: "Decide" });
  expect(decide).toBeDisabled();
  const name = within(sheet.getByRole("radiogroup", { name: "name" }));
  name.getByRole("radio", { name: /Here/ }).focus();
  await user.keyboard(" {ArrowDown}");
  expect(name.getByRole("radio", { name: /There/ })).toBeChecked();
  const city = within(sheet.getByRole("radiogroup", { name: "city" }));
  await user.click(city.getByRole("radio", { name: "Another value" }));
  const value = sheet.getByLabelText("The value of city for both");
  expect(value).toHaveValue("L.A.");
  await user.clear(value);
  await user.type(value, "Los Angeles{Enter}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(appliance.bodies("POST /syncs/{id}/conflicts/{key}/resolve")).toEqual([
    {
      fields: [
        { field: "name", side: "remote" },
        { field: "city", value: "Los Angeles" },
      ],
    },
  ]);
  const [call] = appliance.calls("POST /syncs/{id}/conflicts/{key}/resolve");
  expect(call?.headers.get("if-match")).toBe('"7"');
});

it("a value that a field does not take is told at the field", async () => {
  const { user, sheet } = await openSheet({
    "POST /syncs/{id}/conflicts/{key}/resolve": refusal(422, "validation_failed", {
      fields: [{ path: "fields.city", message: "is not a city" }],
    }),
  });
  await user.click(sheet.getByRole("button", { name: "All from there" }));
  const city = within(sheet.getByRole("radiogroup", { name: "city" }));
  await user.click(city.getByRole("radio", { name: "Another value" }));
  await user.click(sheet.getByRole("button", { name: "Decide" }));
  expect(await sheet.findByText("is not a city")).toBeVisible();
});

it("where one side has deleted the record, all of it is decided at once", async () => {
  const parted: Conflict = { ...conflict, kind: "deleted_there" };
  const { appliance, user, sheet } = await openSheet({
    "GET /conflicts": { items: [parted] },
    "POST /syncs/{id}/conflicts/{key}/resolve": parted,
  });
  await user.click(sheet.getByRole("button", { name: "Make it there again" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(appliance.bodies("POST /syncs/{id}/conflicts/{key}/resolve")).toEqual([
    { side: "local", fields: [] },
  ]);
});

it("one side is taken for all of a sync after a question", async () => {
  const appliance = fakeAppliance({
    ...stored,
    "POST /syncs/{id}/conflicts/resolve": { conflicts: 3 },
  });
  const { user } = await openPage(`/conflicts?sync=${twoWaySync.id}`, "Conflicts");
  await user.click(await screen.findByRole("button", { name: "Take all from there" }));
  const question = within(await screen.findByRole("alertdialog"));
  await user.click(question.getByRole("button", { name: "Take all from there" }));
  expect(await screen.findByText(/3 conflicts solved/)).toBeVisible();
  expect(appliance.bodies("POST /syncs/{id}/conflicts/resolve")).toEqual([{ side: "remote" }]);
  const [call] = appliance.calls("GET /conflicts");
  expect(call?.query.get("sync_id")).toBe(twoWaySync.id);
});

it("who may only read decides nothing", async () => {
  const { sheet } = await openSheet({
    "GET /auth/session": { ...session, permissions: ["sync:read"] },
  });
  expect(sheet.queryByRole("button", { name: "Decide" })).toBeNull();
});

it("an empty inbox says so, and one that cannot be read says why", async () => {
  fakeAppliance({ ...stored, "GET /conflicts": { items: [] } });
  const { user } = await openPage("/conflicts?state=open", "Conflicts");
  expect(await screen.findByText("Nothing waits for you")).toBeVisible();
  fakeAppliance({ ...stored, "GET /conflicts": refusal(500, "internal") });
  await user.click(screen.getByRole("button", { name: /State/ }));
  await user.click(await screen.findByRole("option", { name: "Solved" }));
  expect(await screen.findByText("Title of internal")).toBeVisible();
});

it("many are read part after part", async () => {
  fakeAppliance({
    ...stored,
    "GET /conflicts": ({ query }: { query: URLSearchParams }) =>
      query.get("after")
        ? { items: [{ ...conflict, key: "SFO", reopened: true }] }
        : { items: [conflict], next: "cursor-2" },
  });
  const { user } = await openPage("/conflicts", "Conflicts");
  await user.click(await screen.findByRole("button", { name: "Show more" }));
  expect(await screen.findByRole("button", { name: "SFO" })).toBeVisible();
  expect(screen.getByText("Open again: a side has changed")).toBeVisible();
});

it("a two-way sync leads to its conflicts, and changes its rules", async () => {
  const appliance = fakeAppliance({
    "GET /syncs/{id}": twoWaySync,
    "GET /runs": { items: [] },
    "GET /syncs/{id}/dead-letters": { items: [] },
    "PATCH /syncs/{id}": twoWaySync,
  });
  const { user } = await openPage("/syncs/sync-2", twoWaySync.name);
  expect(await screen.findByText("1 record in conflict")).toBeVisible();
  expect(screen.getByRole("link", { name: "Say who is right" })).toHaveAttribute(
    "href",
    "/conflicts?sync=sync-2",
  );
  expect(screen.getByRole("button", { name: /Plan/ })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Change the rules" }));
  const wait = screen.getByLabelText(/Seconds to wait/);
  await user.clear(wait);
  await user.type(wait, "1.5{Enter}");
  expect(await screen.findByText(/whole number of seconds/)).toBeVisible();
  await user.clear(wait);
  await user.type(wait, "60{Enter}");
  expect(await screen.findByText("It is saved how both sides meet.")).toBeVisible();
  expect(appliance.bodies("PATCH /syncs/{id}")).toEqual([{ conflicts: "ask", wait_seconds: 60 }]);
});

it("a run that held records leads to the inbox", async () => {
  const held = { ...run.counts, refused: 0, held: 1 };
  fakeAppliance({
    "GET /runs/{id}": { ...run, kind: "two_way", direction: "two_way", counts: held },
    "GET /runs/{id}/outcomes": { items: [] },
  });
  await openPage("/runs/run-1", /Run|Airports/);
  expect(await screen.findByRole("link", { name: "the inbox of conflicts" })).toBeVisible();
});

it("a decision is told in words", () => {
  const solution = {
    side: "local" as const,
    fields: [
      { field: "name", side: "remote" as const },
      { field: "city", value: "" },
    ],
    at: conflict.found_at,
  };
  expect(solutionWords({ ...conflict, solution })).toBe(
    "what is here where nothing else is said; name: what is there; city: empty",
  );
  expect(solutionWords(conflict)).toBe("");
  expect(verdictOf(conflict, { name: "local" })).toBeUndefined();
  expect(allFrom(conflict, "remote")).toEqual({ name: "remote", city: "remote" });
  expect(kindWord("deleted_here")).toBe("Changed there, deleted here");
});
