import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { choose, openPage, seePage } from "../../testing/open";
import {
  airports,
  hookTable,
  losAngeles,
  remoteTable,
  run,
  sandboxConnection,
  session,
  sync,
} from "../../testing/samples";

const other = { ...airports, id: "set-2", name: "Breweries" };
const ends = {
  "GET /datasets": { items: [airports, other] },
  "GET /connections": { items: [sandboxConnection] },
  "GET /connections/{id}/bases": {
    items: [
      { id: "b", name: "Sandbox", permission: "create" },
      { id: "b2", name: "Second", permission: "create" },
    ],
  },
  "GET /connections/{id}/bases/{base}/tables": { items: [remoteTable] },
  "GET /datasets/{id}/records": { items: [losAngeles] },
  "POST /syncs/proposal": {
    mapping: [{ field: "name", remote_field_id: "fld-name", reason: "same name" }],
    remote_key_field_id: "fld-code",
    unmapped_fields: ["state"],
    problems: ["Latitude has no place there."],
  },
  "POST /syncs/preview": {
    items: [
      { remote_id: "rec-1", fields: { code: "LHR", name: "Heathrow" } },
      { remote_id: "rec-2", fields: {}, reason: "its key is empty" },
    ],
  },
  "POST /syncs": sync,
  "GET /syncs/{id}": sync,
  "GET /runs": { items: [run] },
  "POST /syncs/{id}/runs": run,
  "GET /runs/{id}": run,
  "GET /runs/{id}/outcomes": { items: [] },
};
const settled = `dataset=${airports.id}&connection=${sandboxConnection.id}&base=b&table=${remoteTable.id}`;

it("leads step by step to a sync that runs", async () => {
  const appliance = fakeAppliance(ends);
  const { user } = await openPage("/syncs/new", "New sync");
  await choose(user, /Dataset/, /Airports/);
  await user.click(screen.getByRole("button", { name: "Continue" }));
  expect(screen.getByRole("heading", { name: "Which table at the other end" })).toHaveFocus();
  await choose(user, /Base/, "Sandbox");
  await user.click(await screen.findByRole("button", { name: "Continue" }));
  expect(await screen.findByText("Latitude has no place there.")).toBeVisible();
  expect(screen.getByText("same name")).toBeVisible();
  expect(await screen.findByText("Los Angeles")).toBeVisible();
  await choose(user, /Where name goes/, "Stays here");
  await waitFor(() => expect(within(lastTable()).queryByText("Los Angeles")).toBeNull());
  await user.click(screen.getByRole("button", { name: "Continue" }));
  await user.click(await screen.findByRole("checkbox", { name: /Convert texts/ }));
  expect(screen.getByLabelText("Name")).toHaveValue("Airports to Sandbox");
  await user.click(screen.getByRole("button", { name: "Create and run" }));
  await seePage("Run of Airports to Sandbox");
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
      scope: { kind: "all" },
      deletes: { policy: "ignore", matched: false, most_records: 100, most_percent: 25 },
    },
  ]);
});

it("says which records go and what becomes of those that no longer do", async () => {
  let isRefused = true;
  const fault = { path: "scope.filter", message: "at character 1: no such field" };
  const appliance = fakeAppliance({
    ...ends,
    "GET /datasets/{id}/selection": { records: 3, most: 10_000 },
    "GET /datasets/{id}/selection/records": {
      items: [{ ...losAngeles, key: "SFO", fields: { name: "San Francisco" } }],
    },
    "GET /datasets/{id}/records": ({ query }: { query: URLSearchParams }) =>
      query.get("filter") === "town = x"
        ? refusal(422, "validation_failed", { detail: "There is no field town." })
        : { items: [losAngeles] },
    "POST /syncs": () =>
      isRefused ? refusal(422, "validation_failed", { fields: [fault] }) : sync,
  });
  const { user, history } = await openPage(`/syncs/new?step=create&${settled}`, "New sync");
  await user.click(await screen.findByRole("radio", { name: /I have selected/ }));
  expect(await screen.findByText(/3 records selected now/)).toBeVisible();
  expect(await screen.findByText("San Francisco")).toBeVisible();
  await user.click(screen.getByRole("radio", { name: /match a filter/ }));
  await user.type(await screen.findByLabelText("Filter"), "town = x");
  expect(await screen.findByText("There is no field town.")).toBeVisible();
  expect(screen.queryByRole("radio", { name: /Archive/ })).toBeNull();
  await user.click(screen.getByRole("radio", { name: /Delete them there/ }));
  await user.click(await screen.findByRole("checkbox", { name: /that were there before/ }));
  const most = screen.getByLabelText("At most so many in one run");
  await user.clear(most);
  await user.type(most, "7");
  await waitFor(() => expect(history.location.search).toContain("scope=filter"));
  await user.click(screen.getByRole("button", { name: "Create sync" }));
  expect(await screen.findByText("at character 1: no such field")).toBeVisible();
  isRefused = false;
  await user.click(screen.getByRole("button", { name: "Create sync" }));
  await seePage("Airports to Sandbox");
  expect(appliance.bodies("POST /syncs").at(-1)).toMatchObject({
    scope: { kind: "filter", filter: "town = x" },
    deletes: { policy: "delete", matched: true, most_records: 7, most_percent: 25 },
  });
});

it("the preview shows the records that go, and says where there are none", async () => {
  const appliance = fakeAppliance({
    ...ends,
    "GET /datasets/{id}/records": ({ query }: { query: URLSearchParams }) => ({
      items: query.has("filter") ? [] : [losAngeles],
    }),
  });
  const filter = encodeURIComponent('state = "NY"');
  const { user } = await openPage(
    `/syncs/new?step=mapping&scope=filter&filter=${filter}&${settled}`,
    "New sync",
  );
  expect(await screen.findByText("No record matches now.")).toBeVisible();
  const asked = () =>
    appliance.calls("GET /datasets/{id}/records").map(({ query }) => query.get("filter"));
  expect(new Set(asked())).toEqual(new Set(['state = "NY"']));
  await user.click(screen.getByRole("button", { name: "Continue" }));
  await user.click(await screen.findByRole("radio", { name: /All records/ }));
  await user.click(screen.getByRole("button", { name: "Back" }));
  expect(await screen.findByText("Los Angeles")).toBeVisible();
  expect(screen.getByText(/a plan of the sync tells before anything is written/)).toBeVisible();
});

function lastTable(): HTMLElement {
  const table = screen.getAllByRole("table").at(-1);
  if (!table) throw new Error("no table");
  return table;
}

it("leads to a pull, and shows what the table would bring", async () => {
  const appliance = fakeAppliance(ends);
  const { user } = await openPage("/syncs/new", "New sync");
  await choose(user, /Direction/, /Pull/);
  await choose(user, /Dataset/, /Airports/);
  await user.click(screen.getByRole("button", { name: "Continue" }));
  await choose(user, /Base/, "Sandbox");
  await user.click(await screen.findByRole("button", { name: "Continue" }));
  expect(await screen.findByText("Heathrow")).toBeVisible();
  expect(screen.getByText("its key is empty")).toBeVisible();
  expect(screen.queryByRole("region", { name: "Preview" })).toBeNull();
  expect(screen.getByRole("button", { name: /Where name comes from/ })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Continue" }));
  await user.click(await screen.findByRole("checkbox", { name: /what is gone there/ }));
  const percent = await screen.findByLabelText(/of a hundred that are linked/);
  expect(percent).toHaveValue("20");
  await user.clear(percent);
  await user.type(percent, "101");
  expect(await screen.findByText("A share is 0 to 100 percent")).toBeVisible();
  expect(screen.getByRole("button", { name: "Create sync" })).toBeDisabled();
  await user.type(percent, "{Backspace}");
  await user.click(screen.getByRole("checkbox", { name: /what has changed/ }));
  const hours = await screen.findByLabelText(/whole table once in so many hours/);
  expect(hours).toHaveValue("24");
  await user.clear(hours);
  await user.type(hours, "6");
  expect(screen.getByLabelText("Name")).toHaveValue("Sandbox to Airports");
  await user.click(screen.getByRole("button", { name: "Create sync" }));
  await seePage("Airports to Sandbox");
  expect(appliance.bodies("POST /syncs/proposal").at(-1)).toMatchObject({ direction: "pull" });
  expect(appliance.bodies("POST /syncs")).toMatchObject([
    {
      name: "Sandbox to Airports",
      direction: "pull",
      gone: "delete",
      gone_most: 100,
      gone_percent: 10,
      full_every_hours: 6,
    },
  ]);
});

it("leads to a two-way sync, with a direction for each field and rules for both sides", async () => {
  const appliance = fakeAppliance(ends);
  const { user } = await openPage(
    `/syncs/new?step=mapping&direction=two_way&${settled}`,
    "New sync",
  );
  const there = () => within(screen.getByRole("region", { name: "Preview" }));
  const here = () => within(screen.getByRole("region", { name: "Preview of what comes" }));
  expect(await screen.findByText("Heathrow")).toBeVisible();
  await choose(user, /Direction of name/, /From here/);
  await waitFor(() => expect(here().queryByRole("columnheader", { name: "name" })).toBeNull());
  expect(there().getByText("Los Angeles")).toBeVisible();
  await choose(user, /Direction of name/, /From there/);
  expect(await screen.findByText("Heathrow")).toBeVisible();
  expect(there().queryByText("Los Angeles")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Continue" }));
  expect(await screen.findByLabelText("Name")).toHaveValue("Airports and Sandbox");
  await user.click(screen.getByRole("radio", { name: /match a filter.*comes in if it matches/ }));
  await user.type(await screen.findByLabelText("Filter"), "name > A");
  await choose(user, /both sides have changed/, /What is there/);
  const wait = screen.getByLabelText(/Seconds to wait/);
  await user.clear(wait);
  await user.type(wait, "x");
  expect(await screen.findByText(/whole number of seconds/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Create sync" })).toBeDisabled();
  await user.clear(wait);
  await user.type(wait, "90");
  await user.click(await screen.findByRole("checkbox", { name: /what is gone there/ }));
  const most = await screen.findByLabelText(/Delete at most so many here in one run/);
  await user.clear(most);
  await user.type(most, "7");
  await user.click(screen.getByRole("button", { name: "Create sync" }));
  await seePage("Airports to Sandbox");
  const [body] = appliance.bodies("POST /syncs");
  expect(body).toMatchObject({
    direction: "two_way",
    conflicts: "remote",
    wait_seconds: 90,
    gone: "delete",
    gone_most: 7,
    gone_percent: 20,
    deletes: { policy: "ignore" },
  });
  expect(body).toMatchObject({
    mapping: [{ field: "code" }, { field: "name", direction: "pull" }],
  });
  expect(body).toMatchObject({ scope: { kind: "filter", filter: "name > A" } });
});

it("going back keeps what was entered, and the address holds all of it", async () => {
  fakeAppliance(ends);
  const { user, history } = await openPage(`/syncs/new?step=mapping&${settled}`, "New sync");
  await choose(user, /Where name goes/, "Stays here");
  await user.click(screen.getByRole("button", { name: "Continue" }));
  const name = await screen.findByLabelText("Name");
  await user.clear(name);
  await user.type(name, "X{Backspace}");
  await waitFor(() => expect(history.location.search).not.toContain("name="));
  expect(name).toHaveValue("");
  await user.type(name, "Mine");
  await user.click(screen.getByRole("button", { name: "Back" }));
  expect(await screen.findByRole("button", { name: /Where name goes/ })).toHaveTextContent(
    "Stays here",
  );
  await user.click(screen.getByRole("link", { name: "From and to" }));
  expect(await screen.findByRole("button", { name: /Dataset/ })).toHaveTextContent("Airports");
  await waitFor(() => expect(history.location.search).toContain("name=Mine"));
  history.back();
  expect(await screen.findByRole("button", { name: /Where name goes/ })).toBeVisible();
});

it("another dataset takes the mapping away, not the table", async () => {
  fakeAppliance(ends);
  const map = encodeURIComponent(JSON.stringify({ name: "" }));
  const { user, history } = await openPage(`/syncs/new?${settled}&map=${map}`, "New sync");
  await choose(user, /Dataset/, /Breweries/);
  await waitFor(() => expect(history.location.search).toContain("dataset=set-2"));
  expect(history.location.search).not.toContain("map");
  expect(history.location.search).toContain(`table=${remoteTable.id}`);
});

it("a sync can be created without running it, and what is wrong with it is said", async () => {
  let answer: unknown = refusal(422, "validation_failed", {
    fields: [{ path: "name", message: "There is one of that name." }],
  });
  const appliance = fakeAppliance({ ...ends, "POST /syncs": () => answer });
  const { user } = await openPage(`/syncs/new?step=create&${settled}`, "New sync");
  await user.click(await screen.findByRole("button", { name: "Create sync" }));
  expect(await screen.findByText("There is one of that name.")).toBeVisible();
  answer = sync;
  await user.click(screen.getByRole("button", { name: "Create sync" }));
  await seePage("Airports to Sandbox");
  expect(appliance.calls("POST /syncs/{id}/runs")).toEqual([]);
});

it("a run that cannot start is no failed creation", async () => {
  fakeAppliance({ ...ends, "POST /syncs/{id}/runs": refusal(409, "conflict") });
  const { user } = await openPage(`/syncs/new?step=create&${settled}`, "New sync");
  await user.click(await screen.findByRole("button", { name: "Create and run" }));
  await seePage("Airports to Sandbox");
});

it("who may not run it is not offered to", async () => {
  const permissions = session.permissions.filter((one) => one !== "sync:run");
  fakeAppliance({ ...ends, "GET /auth/session": { ...session, permissions } });
  await openPage(`/syncs/new?step=create&${settled}`, "New sync");
  expect(await screen.findByRole("button", { name: "Create sync" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Create and run" })).toBeNull();
});

it("an end that is gone is said so", async () => {
  fakeAppliance(ends);
  await openPage(`/syncs/new?step=mapping&${settled.replace("base=b", "base=gone")}`, "New sync");
  expect(await screen.findByText("One of the ends is not there any more")).toBeVisible();
});

it("an end that cannot be read is said so", async () => {
  fakeAppliance({ ...ends, "POST /syncs/proposal": refusal(500, "internal") });
  await openPage(`/syncs/new?step=mapping&${settled}`, "New sync");
  expect(await screen.findByText("Title of internal")).toBeVisible();
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

it("a hook takes values of any name", async () => {
  const zap = { ...sandboxConnection, provider: "zapier" as const };
  const appliance = fakeAppliance({
    ...ends,
    "GET /connections": { items: [zap] },
    "GET /connections/{id}/bases": { items: [{ id: "hook", name: "Catch hook", permission: "" }] },
    "GET /connections/{id}/bases/{base}/tables": { items: [hookTable] },
    "POST /syncs/proposal": {
      mapping: [
        { field: "code", remote_field_id: "code", reason: "same name" },
        { field: "name", remote_field_id: "name", reason: "same name" },
      ],
      remote_key_field_id: "code",
      unmapped_fields: [],
      problems: [],
    },
  });
  const { user } = await openPage(
    `/syncs/new?dataset=${airports.id}&connection=${zap.id}&base=hook&table=record&step=mapping`,
    "New sync",
  );
  const name = await screen.findByLabelText("What name is called there");
  await user.clear(name);
  await user.type(name, "Airport name");
  expect(await screen.findByRole("columnheader", { name: "Airport name" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Continue" }));
  await user.click(await screen.findByRole("checkbox", { name: /Send again by itself/ }));
  await user.click(screen.getByRole("button", { name: "Create and run" }));
  await waitFor(() => expect(appliance.bodies("POST /syncs")).toHaveLength(1));
  expect(appliance.bodies("POST /syncs")[0]).toMatchObject({
    mapping: [
      { field: "code", remote_field_id: "code" },
      { field: "name", remote_field_id: "Airport name" },
    ],
    remote_key_field_id: "code",
    resend_unknown: "always",
  });
});
