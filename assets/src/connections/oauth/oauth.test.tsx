import { screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { openPage } from "../../testing/open";
import { sandboxConnection, session, system } from "../../testing/samples";
import { leaveFor } from "./leave";

vi.mock("./leave");

const redirect = "https://box.example/connections/callback/airtable";
const offers = (ready: boolean) => ({
  items: ["vendor", "sandbox"].map((endpoint) => ({
    provider: "airtable",
    endpoint,
    ready,
    redirect_uri: redirect,
  })),
});
const begun = { address: "https://airtable.com/oauth2/v1/authorize?x", expires_at: "2027-01-01" };
const complete = "POST /connections/authorizations/{provider}/complete";
const granted = {
  ...sandboxConnection,
  oauth: {
    scopes: ["data.records:read"],
    expires_at: new Date(Date.now() + 1_800_000).toISOString(),
    renewable_until: new Date(Date.now() + 5_000_000_000).toISOString(),
  },
};

afterEach(() => vi.mocked(leaveFor).mockClear());

it("somebody is sent to the provider with the name that they gave", async () => {
  const appliance = fakeAppliance({
    "GET /connections/authorizations": offers(true),
    "GET /system": system,
    "POST /connections/authorizations": begun,
  });
  const { user } = await openPage("/connections/new", "New connection");
  await user.click(await screen.findByRole("button", { name: "Connect with Airtable" }));
  await waitFor(() => expect(leaveFor).toHaveBeenCalled());
  expect(vi.mocked(leaveFor).mock.calls[0]?.[0]).toBe(begun.address);
  expect(appliance.bodies("POST /connections/authorizations")).toEqual([
    { provider: "airtable", endpoint: "vendor", name: "Airtable" },
  ]);
});

it("where the appliance is not registered, an administrator reads how to do it", async () => {
  fakeAppliance({ "GET /connections/authorizations": offers(false), "GET /system": system });
  await openPage("/connections/new", "New connection");
  expect(await screen.findByText(redirect)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Connect with Airtable" })).toBeNull();
});

it("the way back is finished, its address cleaned, and the connection shown", async () => {
  const appliance = fakeAppliance({
    "GET /connections/authorizations": offers(true),
    "GET /connections/{id}": granted,
    [complete]: granted,
  });
  const { history } = await openPage(
    "/connections/callback/airtable?state=s&code=c&code_challenge=x",
    sandboxConnection.name,
  );
  expect(appliance.bodies(complete)).toEqual([{ state: "s", code: "c" }]);
  const [call] = appliance.calls(complete);
  expect(call?.headers.get("x-csrf-token")).toBeTruthy();
  expect(history.location.href).toBe(`/connections/${sandboxConnection.id}`);
  expect(await screen.findByText("data.records:read")).toBeVisible();
  // No way leads back to an address with a code in it.
  expect(history.length).toBe(1);
});

it.each([
  [refusal(409, "authorization_failed", { detail: "access was denied" }), /access was denied/],
  [refusal(422, "validation_failed"), /longer than ten minutes/],
])("a way back that failed says what to do (%#)", async (answer, words) => {
  fakeAppliance({ [complete]: answer });
  await openPage(
    "/connections/callback/airtable?state=s&error=access_denied",
    "Connecting your account",
  );
  expect(await screen.findByText(words)).toBeVisible();
  expect(screen.getByRole("link", { name: "Begin anew" })).toBeVisible();
});

it("who is signed out is told so, and nothing is sent", async () => {
  const appliance = fakeAppliance({ "GET /auth/session": refusal(401, "not_signed_in") });
  const { history } = await openPage(
    "/connections/callback/airtable?state=s&code=c",
    "Connecting your account",
  );
  expect(await screen.findByText("You are signed out")).toBeVisible();
  expect(appliance.calls(complete)).toHaveLength(0);
  expect(history.location.search).toBe("");
});

it("an address that was opened by hand finishes nothing", async () => {
  const appliance = fakeAppliance({});
  await openPage("/connections/callback/airtable", "Connecting your account");
  expect(await screen.findByText("There is nothing to finish here")).toBeVisible();
  expect(appliance.calls(complete)).toHaveLength(0);
});

it("a connection whose access has ended offers to connect it anew", async () => {
  const appliance = fakeAppliance({
    "GET /connections/authorizations": offers(true),
    "GET /connections/{id}": { ...granted, status: "reconnect", last_problem: "invalid_grant" },
    "POST /connections/authorizations": begun,
  });
  const { user } = await openPage(`/connections/${sandboxConnection.id}`, sandboxConnection.name);
  expect(await screen.findByText("Needs reconnecting")).toBeVisible();
  await user.click(await screen.findByRole("button", { name: "Reconnect" }));
  await waitFor(() => expect(leaveFor).toHaveBeenCalled());
  expect(appliance.bodies("POST /connections/authorizations")).toEqual([
    { connection_id: sandboxConnection.id },
  ]);
});

const googles = (ready: boolean) => ({
  items: [{ provider: "google", endpoint: "vendor", ready, redirect_uri: "https://box.example/g" }],
});

it("where no token can be pasted, there is no field for one", async () => {
  const appliance = fakeAppliance({
    "GET /connections/authorizations": googles(true),
    "GET /system": system,
    "POST /connections/authorizations": begun,
  });
  const { user } = await openPage("/connections/new", "New connection");
  expect(screen.getByLabelText("Personal access token")).toBeVisible();
  await user.click(screen.getByRole("radio", { name: "Google" }));
  const connect = await screen.findByRole("button", { name: "Connect with Google" });
  expect(screen.queryByRole("button", { name: "Connect and test" })).toBeNull();
  expect(document.querySelector("input[type=password]")).toBeNull();
  // Enter in the name's field sends nothing.
  await user.type(screen.getByLabelText("Name"), "{Enter}");
  await user.click(connect);
  await waitFor(() => expect(leaveFor).toHaveBeenCalled());
  expect(appliance.calls("POST /connections")).toHaveLength(0);
});

it("where that is the only way and is not open, people are told whom to ask", async () => {
  fakeAppliance({
    "GET /auth/session": { ...session, permissions: ["connection:read", "connection:write"] },
    "GET /connections/authorizations": googles(false),
    "GET /system": system,
  });
  const { user } = await openPage("/connections/new", "New connection");
  await user.click(screen.getByRole("radio", { name: "Google" }));
  expect(await screen.findByText(/Ask an administrator/)).toBeVisible();
});

it("a leave whose end nothing moves is told as such, and no token is replaced", async () => {
  fakeAppliance({
    "GET /connections/authorizations": googles(true),
    "GET /connections/{id}": { ...granted, provider: "google" },
  });
  await openPage(`/connections/${sandboxConnection.id}`, sandboxConnection.name);
  expect(await screen.findByText("What was allowed ends")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Replace token" })).toBeNull();
});
