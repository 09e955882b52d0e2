import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance, refusal } from "../testing/appliance";
import { openPage, seePage } from "../testing/open";
import { remoteTable, sandboxConnection, system } from "../testing/samples";
import { connectionStatus } from "./state";

const stored = {
  "GET /connections/{id}": sandboxConnection,
  "GET /connections/{id}/bases": { items: [{ id: "b", name: "Sandbox", permission: "create" }] },
  "GET /connections/{id}/bases/{base}/tables": { items: [remoteTable] },
};
const address = `/connections/${sandboxConnection.id}`;

it("the list shows each connection's state", async () => {
  fakeAppliance({ "GET /connections": { items: [sandboxConnection] } });
  await openPage("/connections", "Connections");
  expect(await screen.findByText("Active")).toBeVisible();
  expect(screen.getByText("Airtable, in the sandbox")).toBeVisible();
});

it("an empty list teaches", async () => {
  fakeAppliance({ "GET /connections": { items: [] } });
  await openPage("/connections", "Connections");
  expect(await screen.findByText("No connections yet")).toBeVisible();
});

it("a token is sealed and tried at once; a failed test is no failed connection", async () => {
  const appliance = fakeAppliance({
    ...stored,
    "GET /system": system,
    "POST /connections": sandboxConnection,
    "POST /connections/{id}/test": refusal(502, "provider_failed"),
  });
  const { user } = await openPage("/connections/new", "New connection");
  await user.click(await screen.findByRole("radio", { name: /The sandbox/ }));
  await user.type(screen.getByLabelText("Personal access token"), "patABC");
  await user.click(screen.getByRole("button", { name: "Connect and test" }));
  await seePage("Airtable sandbox");
  expect(appliance.bodies("POST /connections")).toEqual([
    { provider: "airtable", name: "Airtable", token: "patABC", endpoint: "sandbox" },
  ]);
  expect(appliance.calls("POST /connections/{id}/test")).toHaveLength(1);
});

it("a connection to Notion takes an integration's secret", async () => {
  const notion = { ...sandboxConnection, provider: "notion", name: "Notion" };
  const appliance = fakeAppliance({
    ...stored,
    "GET /connections/{id}": notion,
    "GET /system": system,
    "POST /connections": notion,
    "POST /connections/{id}/test": { ok: true, latency_ms: 3 },
  });
  const { user } = await openPage("/connections/new", "New connection");
  await user.click(await screen.findByRole("radio", { name: "Notion" }));
  expect(screen.getByLabelText("Name")).toHaveValue("Notion");
  await user.type(screen.getByLabelText("Integration secret"), "ntn_ABC");
  await user.click(screen.getByRole("button", { name: "Connect and test" }));
  await seePage("Notion");
  expect(appliance.bodies("POST /connections")).toEqual([
    { provider: "notion", name: "Notion", token: "ntn_ABC", endpoint: "vendor" },
  ]);
  expect(screen.getByText("Notion, in the sandbox")).toBeVisible();
});

it("where no sandbox runs, none is offered", async () => {
  fakeAppliance({ "GET /system": { ...system, sandbox: undefined } });
  await openPage("/connections/new", "New connection");
  expect(screen.queryByRole("radio", { name: /The sandbox/ })).toBeNull();
});

it("a test says how it went", async () => {
  let result: object = { ok: true, latency_ms: 38, account: { id: "u", scopes: ["data:read"] } };
  fakeAppliance({ ...stored, "POST /connections/{id}/test": () => result });
  const { user } = await openPage(address, "Airtable sandbox");
  await user.click(await screen.findByRole("button", { name: "Test" }));
  expect(await screen.findByText(/answered in 38 ms/)).toBeVisible();
  result = { ok: false, latency_ms: 9, problem: "The token was refused." };
  await user.click(screen.getByRole("button", { name: "Test" }));
  expect(await screen.findByText("The token was refused.")).toBeVisible();
});

it("the way to the provider is looked at step by step when asked", async () => {
  const checks = [
    { name: "tcp", verdict: "ok", detail: "127.0.0.1:9000 takes connections", took_ms: 3 },
    { name: "tls", verdict: "not_checked", detail: "none" },
    { name: "clock", verdict: "attention", detail: "42 s behind", remedy: "Set the clock." },
    { name: "credential", verdict: "failed", detail: "refused" },
    { name: "later", verdict: "ok", detail: "a step of a later version" },
  ];
  const answers = { "POST /connections/{id}/diagnosis": { verdict: "failed", checks } };
  const appliance = fakeAppliance({ ...stored, ...answers });
  const { user } = await openPage(address, "Airtable sandbox");
  await user.click(await screen.findByRole("button", { name: "Look at every step" }));
  const steps = within(await screen.findByRole("region", { name: "Steps" }));
  expect(steps.getByText("127.0.0.1:9000 takes connections, in 3 ms")).toBeVisible();
  expect(steps.getByText("Set the clock.")).toBeVisible();
  const states = ["In order", "Not looked at", "Needs attention", "Broken"];
  for (const state of states) expect(steps.getAllByText(state)[0]).toBeVisible();
  expect(steps.getByText("later")).toBeVisible();
  expect(appliance.calls("POST /connections/{id}/diagnosis")).toHaveLength(1);
});

it("bases open to their tables and fields", async () => {
  fakeAppliance(stored);
  const { user } = await openPage(address, "Airtable sandbox");
  const base = await screen.findByText("Sandbox");
  await user.click(base);
  const details = base.closest("details") as HTMLDetailsElement;
  details.open = true;
  details.dispatchEvent(new Event("toggle"));
  expect(await screen.findByText("Flughäfen")).toBeInTheDocument();
});

it("a token can be replaced", async () => {
  const appliance = fakeAppliance({
    ...stored,
    "GET /connections/{id}": {
      ...sandboxConnection,
      endpoint: "vendor",
      status: "reconnect",
      account: undefined,
      last_problem: "401",
    },
    "PUT /connections/{id}/credential": sandboxConnection,
  });
  const { user } = await openPage(address, "Airtable sandbox");
  expect(await screen.findByText("What went wrong last")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Replace token" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(dialog.getByLabelText("Personal access token"), "patNEW");
  await user.click(dialog.getByRole("button", { name: "Replace" }));
  expect(await screen.findByText(/The token is replaced/)).toBeVisible();
  expect(appliance.bodies("PUT /connections/{id}/credential")).toEqual([{ token: "patNEW" }]);
  const [call] = appliance.calls("PUT /connections/{id}/credential");
  expect(call?.headers.get("if-match")).toBe(`"${sandboxConnection.version}"`);
});

it("a token that somebody else replaced meanwhile is not overwritten unasked", async () => {
  const theirs = { ...sandboxConnection, token_hint: "pat…thrs", version: 9 };
  let now = sandboxConnection;
  const appliance = fakeAppliance({
    ...stored,
    "GET /connections/{id}": () => now,
    "PUT /connections/{id}/credential": ({ headers }: { headers: Headers }) => {
      const isTheirs = headers.get("if-match") === '"9"';
      now = theirs;
      return isTheirs ? theirs : refusal(412, "precondition_failed");
    },
  });
  const { user } = await openPage(address, "Airtable sandbox");
  await user.click(await screen.findByRole("button", { name: "Replace token" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(dialog.getByLabelText("Personal access token"), "patNEW");
  await user.click(dialog.getByRole("button", { name: "Replace" }));
  expect(await dialog.findByText("Changed meanwhile")).toBeVisible();
  expect(dialog.getAllByText("pat…thrs")[0]).toBeVisible();
  await user.click(dialog.getByRole("button", { name: "Overwrite with mine" }));
  expect(await screen.findByText(/The token is replaced/)).toBeVisible();
  expect(appliance.calls("PUT /connections/{id}/credential")).toHaveLength(2);
});

it("a connection is renamed, and deleted after its syncs were named", async () => {
  const appliance = fakeAppliance({
    ...stored,
    "GET /connections": { items: [] },
    "PATCH /connections/{id}": sandboxConnection,
    "GET /connections/{id}/dependents": { items: [{ kind: "sync", id: "s", name: "Nightly" }] },
    "DELETE /connections/{id}": undefined,
  });
  const { user } = await openPage(address, "Airtable sandbox");
  const name = await screen.findByLabelText("Name");
  await user.clear(name);
  await user.type(name, "Team");
  await user.click(screen.getByRole("button", { name: "Rename" }));
  await waitFor(() =>
    expect(appliance.bodies("PATCH /connections/{id}")).toEqual([{ name: "Team" }]),
  );
  await user.click(screen.getByRole("button", { name: "Delete connection" }));
  const question = within(await screen.findByRole("alertdialog"));
  expect(await question.findByText("Nightly")).toBeVisible();
  await user.click(question.getByRole("button", { name: "Delete connection" }));
  await seePage("Connections");
});

it("every state has its word", () => {
  const words = (["untested", "active", "failing", "reconnect"] as const).map(
    (status) => connectionStatus({ status }).label,
  );
  expect(words).toEqual(["Not tested", "Active", "Failing", "Needs a new token"]);
});
