import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { ListedSession } from "../api/types";
import { fakeAppliance, refusal } from "../testing/appliance";
import { openPage } from "../testing/open";
import { phoneSession, thisSession } from "../testing/samples";

const both = { items: [phoneSession, thisSession] };

it("says where one is signed in, this place first", async () => {
  fakeAppliance({ "GET /auth/sessions": both });
  await openPage("/account", "Your account");
  const table = within(await screen.findByRole("region", { name: "Sessions" }));
  const [, here, phone] = table.getAllByRole("row");
  expect(here).toHaveTextContent(/Firefox on Linux.*192\.0\.2\.7.*This one/);
  expect(phone).toHaveTextContent(/Safari on iOS.*Not known.*End/);
});

it("one session is ended", async () => {
  let items = both.items;
  const appliance = fakeAppliance({
    "GET /auth/sessions": () => ({ items }),
    "DELETE /auth/sessions/{id}": () => {
      items = [thisSession];
    },
  });
  const { user } = await openPage("/account", "Your account");
  await user.click(await screen.findByRole("button", { name: /End the session of Safari/ }));
  expect(await screen.findByText("The session of Safari on iOS has ended.")).toBeVisible();
  await waitFor(() => expect(screen.queryByText("Safari on iOS")).toBeNull());
  expect(appliance.calls("DELETE /auth/sessions/{id}")[0]?.path).toContain(phoneSession.id);
});

it("all others are ended, after a question", async () => {
  const appliance = fakeAppliance({
    "GET /auth/sessions": both,
    "DELETE /auth/sessions": undefined,
  });
  const { user } = await openPage("/account", "Your account");
  await user.click(await screen.findByRole("button", { name: "End all others" }));
  const question = within(await screen.findByRole("alertdialog"));
  expect(question.getByText(/1 session ends at once/)).toBeVisible();
  await user.click(question.getByRole("button", { name: "End them" }));
  expect(await screen.findByText("All other sessions have ended.")).toBeVisible();
  expect(appliance.calls("DELETE /auth/sessions")).toHaveLength(1);
});

it("a refusal to end a session is shown", async () => {
  fakeAppliance({
    "GET /auth/sessions": both,
    "DELETE /auth/sessions/{id}": refusal(503, "audit_unavailable"),
  });
  const { user } = await openPage("/account", "Your account");
  await user.click(await screen.findByRole("button", { name: /End the session of Safari/ }));
  expect(await screen.findByText("Title of audit_unavailable")).toBeVisible();
});

it("alone here, there are no others to end", async () => {
  fakeAppliance({ "GET /auth/sessions": { items: [thisSession] } });
  await openPage("/account", "Your account");
  expect(await screen.findByText("This one")).toBeVisible();
  expect(screen.queryByRole("button", { name: "End all others" })).toBeNull();
});

it("a program that signed in by password is told from a browser", async () => {
  const program: ListedSession = { ...phoneSession, through: "program", user_agent: "curl/8.14.1" };
  fakeAppliance({ "GET /auth/sessions": { items: [thisSession, program] } });
  await openPage("/account", "Your account");
  expect(await screen.findByText("curl (program)")).toBeVisible();
  expect(screen.getByRole("button", { name: "End the session of curl (program)" })).toBeVisible();
});
