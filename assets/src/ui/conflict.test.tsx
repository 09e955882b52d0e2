import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { User } from "../api/types";
import { fakeAppliance, refusal } from "../testing/appliance";
import { choose, openPage } from "../testing/open";
import {
  ada,
  airports,
  losAngeles,
  remoteTable,
  sandboxConnection,
  sync,
} from "../testing/samples";

/** A thing that somebody else changes as soon as it was shown; writes are taken on condition. */
function contested<Thing extends { version: number }>(seen: Thing, theirs: Partial<Thing>) {
  let now = seen;
  return {
    overtake: () => {
      now = { ...now, ...theirs, version: seen.version + 1 };
    },
    read: () => now,
    write: ({ headers, body }: { headers: Headers; body: unknown }) => {
      if (headers.get("if-match") !== `"${now.version}"`) {
        return refusal(412, "precondition_failed");
      }
      now = { ...now, ...(body as Partial<Thing>), version: now.version + 1 };
      return now;
    },
  };
}

function differences() {
  const table = within(screen.getByRole("region", { name: "What differs" }));
  return table
    .getAllByRole("row")
    .slice(1)
    .map((row) => [...row.children].map(({ textContent }) => textContent));
}

it("a dataset that was changed meanwhile: both sides are shown, and mine can overwrite", async () => {
  const dataset = contested(airports, { name: "Airfields" });
  const appliance = fakeAppliance({
    "GET /datasets/{id}": dataset.read,
    "PATCH /datasets/{id}": dataset.write,
  });
  const { user } = await openPage("/datasets/set-airports/settings", /Airports/);
  await user.type(await screen.findByLabelText("Name", { selector: "form > div input" }), " 2");
  dataset.overtake();
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Changed meanwhile")).toBeVisible();
  expect(differences()).toEqual([["Name", "Airports", "Airfields", "Airports 2"]]);
  await user.click(screen.getByRole("button", { name: "Overwrite with mine" }));
  expect(await screen.findByText("The settings are saved.")).toBeVisible();
  const tags = appliance
    .calls("PATCH /datasets/{id}")
    .map(({ headers }) => headers.get("if-match"));
  expect(tags).toEqual(['"1"', '"2"']);
  await waitFor(() => expect(screen.queryByText("Changed meanwhile")).toBeNull());
});

it("theirs can be taken, and mine dropped", async () => {
  const dataset = contested(airports, { name: "Airfields", fields: airports.fields.slice(0, 2) });
  fakeAppliance({ "GET /datasets/{id}": dataset.read, "PATCH /datasets/{id}": dataset.write });
  const { user } = await openPage("/datasets/set-airports/settings", /Airports/);
  const name = await screen.findByLabelText("Name", { selector: "form > div input" });
  await user.type(name, " 2");
  dataset.overtake();
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText("Changed meanwhile");
  expect(differences()).toContainEqual([
    "Field state",
    "One of a list, indexed, one of CA, TX",
    "Nothing",
    "One of a list, indexed, one of CA, TX",
  ]);
  await user.click(screen.getByRole("button", { name: "Drop mine, show theirs" }));
  await waitFor(() =>
    expect(screen.getByLabelText("Name", { selector: "form > div input" })).toHaveValue(
      "Airfields",
    ),
  );
});

it("a record: what they changed elsewhere in it stays", async () => {
  const record = contested(losAngeles, {
    fields: { ...losAngeles.fields, name: "Los Angeles Intl" },
  });
  let isTheirs = false;
  fakeAppliance({
    "GET /datasets/{id}": airports,
    "GET /datasets/{id}/records": { items: [losAngeles] },
    "GET /datasets/{id}/records/{key}": record.read,
    "PATCH /datasets/{id}/records/{key}": (call: Parameters<typeof record.write>[0]) => {
      if (!isTheirs) record.overtake();
      isTheirs = true;
      return record.write(call);
    },
  });
  const { user } = await openPage("/datasets/set-airports?record=LAX", "Airports");
  const sheet = within(await screen.findByRole("dialog"));
  await user.type(await sheet.findByLabelText("latitude"), "4");
  await user.click(sheet.getByRole("button", { name: "Save" }));
  await sheet.findByText("Changed meanwhile");
  expect(differences()).toEqual([
    ["name", "Los Angeles", "Los Angeles Intl", "Los Angeles Intl"],
    ["latitude", "33.9", "33.9", "33.94"],
  ]);
  await user.click(sheet.getByRole("button", { name: "Drop mine, show theirs" }));
  expect(await sheet.findByDisplayValue("Los Angeles Intl")).toBeVisible();
  expect(sheet.getByLabelText("latitude")).toHaveValue("33.9");
});

it("a mapping: each field says where it goes", async () => {
  const contestedSync = contested(sync, { typecast: true });
  fakeAppliance({
    "GET /syncs/{id}": contestedSync.read,
    "PATCH /syncs/{id}": contestedSync.write,
    "GET /runs": { items: [] },
    "GET /datasets/{id}": airports,
    "GET /connections/{id}/bases/{base}/tables": { items: [remoteTable] },
  });
  const { user } = await openPage("/syncs/sync-1?edit=true", sync.name);
  await choose(user, /Where name goes/, /Name/);
  contestedSync.overtake();
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText("Changed meanwhile");
  expect(differences()).toEqual([
    ["Texts are converted", "No", "Yes", "No"],
    ["name goes to", "Nothing", "Nothing", "Name"],
  ]);
  await user.click(screen.getByRole("button", { name: "Drop mine, show theirs" }));
  await waitFor(() => expect(screen.getByRole("checkbox", { name: /convert/i })).toBeChecked());
});

it.each([
  ["/syncs/sync-1", sync, "/syncs/{id}"],
  ["/connections/connection-1", sandboxConnection, "/connections/{id}"],
] as const)(
  "a name at %s that somebody else gave is not overwritten unseen",
  async (at, thing, path) => {
    const named = contested(thing, { name: "Theirs" });
    fakeAppliance({
      [`GET ${path}`]: named.read,
      [`PATCH ${path}`]: named.write,
      "GET /runs": { items: [] },
      "GET /connections/{id}/bases": { items: [] },
    });
    const { user } = await openPage(at, thing.name);
    await user.type(screen.getByLabelText("Name"), "!");
    named.overtake();
    await user.click(screen.getByRole("button", { name: "Rename" }));
    await screen.findByText("Changed meanwhile");
    expect(differences()).toEqual([["Name", thing.name, "Theirs", `${thing.name}!`]]);
    await user.click(screen.getByRole("button", { name: "Overwrite with mine" }));
    expect(await screen.findByText(`The name is ${thing.name}! now.`)).toBeVisible();
  },
);

it("a user: roles and state are told apart", async () => {
  const grace: User = { ...ada, id: "user-grace", name: "Grace Hopper", roles: ["auditor"] };
  const account = contested(grace, { roles: ["analyst"], disabled: true });
  fakeAppliance({
    "GET /users": () => ({ items: [account.read()] }),
    "GET /users/{id}": account.read,
    "PATCH /users/{id}": account.write,
  });
  const { user } = await openPage("/users?user=user-grace", "Users");
  const sheet = within(await screen.findByRole("dialog"));
  await user.click(sheet.getByRole("checkbox", { name: /Member/ }));
  account.overtake();
  await user.click(sheet.getByRole("button", { name: "Save" }));
  await sheet.findByText("Changed meanwhile");
  expect(differences()).toEqual([
    ["Roles", "auditor", "analyst", "auditor, member"],
    ["State", "May come in", "Shut out", "May come in"],
  ]);
  await user.click(sheet.getByRole("button", { name: "Drop mine, show theirs" }));
  await waitFor(() => expect(sheet.getByRole("checkbox", { name: /Analyst/ })).toBeChecked());
});
