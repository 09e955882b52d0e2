import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance, refusal } from "../testing/appliance";
import { openPage } from "../testing/open";
import { ada } from "../testing/samples";

const grace = { ...ada, id: "user-grace", name: "Grace Hopper", roles: ["auditor"] };

it("a user is added with roles and a first password", async () => {
  const appliance = fakeAppliance({ "GET /users": { items: [ada] }, "POST /users": grace });
  const { user } = await openPage("/users", "Users");
  await user.click(screen.getByRole("button", { name: "Add a user" }));
  const sheet = within(await screen.findByRole("dialog"));
  await user.type(sheet.getByLabelText("Name"), "Grace Hopper");
  await user.type(sheet.getByLabelText("E-mail"), "grace@example.org");
  await user.click(sheet.getByRole("checkbox", { name: /Member/ }));
  await user.click(sheet.getByRole("checkbox", { name: /Auditor/ }));
  await user.type(sheet.getByLabelText("First password"), "a few words of mine");
  await user.click(sheet.getByRole("button", { name: "Add" }));
  expect(await screen.findByText("Grace Hopper is saved.")).toBeVisible();
  expect(appliance.bodies("POST /users")).toEqual([
    {
      name: "Grace Hopper",
      email: "grace@example.org",
      roles: ["auditor"],
      password: "a few words of mine",
    },
  ]);
});

it("a user is shut out; nobody shuts out themselves", async () => {
  const appliance = fakeAppliance({
    "GET /users": { items: [ada, { ...grace, last_sign_in_at: ada.created_at }] },
    "PATCH /users/{id}": grace,
  });
  const { user } = await openPage("/users", "Users");
  await user.click(await screen.findByRole("button", { name: "Ada Lovelace" }));
  const self = within(await screen.findByRole("dialog"));
  expect(self.queryByRole("checkbox", { name: /Shut out/ })).toBeNull();
  await user.click(self.getByRole("button", { name: "Close" }));
  await user.click(await screen.findByRole("button", { name: "Grace Hopper" }));
  const sheet = within(await screen.findByRole("dialog"));
  await user.click(sheet.getByRole("checkbox", { name: /Shut out/ }));
  await user.click(sheet.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(appliance.bodies("PATCH /users/{id}")).toEqual([
      { name: "Grace Hopper", roles: ["auditor"], disabled: true },
    ]),
  );
});

it("says what is wrong with a new user", async () => {
  fakeAppliance({
    "GET /users": { items: [ada] },
    "POST /users": refusal(422, "validation_failed", {
      fields: [{ path: "email", message: "Somebody has it already." }],
    }),
  });
  const { user } = await openPage("/users", "Users");
  await user.click(screen.getByRole("button", { name: "Add a user" }));
  const sheet = within(await screen.findByRole("dialog"));
  await user.type(sheet.getByLabelText("Name"), "Grace");
  await user.type(sheet.getByLabelText("E-mail"), "ada@example.org");
  await user.type(sheet.getByLabelText("First password"), "a few words of mine");
  await user.click(sheet.getByRole("button", { name: "Add" }));
  expect(await sheet.findByText("Somebody has it already.")).toBeVisible();
});

it("everything that somebody is signed in with is ended, after a question", async () => {
  const appliance = fakeAppliance({
    "GET /users": { items: [ada, grace] },
    "DELETE /users/{id}/sessions": undefined,
  });
  const { user } = await openPage("/users?user=user-grace", "Users");
  await user.click(await screen.findByRole("button", { name: "End all sessions and tokens" }));
  const question = within(await screen.findByRole("alertdialog"));
  expect(question.getByText(/Tokens of programs cannot be brought back/)).toBeVisible();
  await user.click(question.getByRole("button", { name: "End them" }));
  expect(await screen.findByText(/All sessions and tokens of Grace Hopper/)).toBeVisible();
  const [call] = appliance.calls("DELETE /users/{id}/sessions");
  expect(call?.path).toBe("/users/user-grace/sessions");
});

it("one's own sessions are ended on one's own page", async () => {
  fakeAppliance({ "GET /users": { items: [ada] } });
  await openPage("/users?user=user-ada", "Users");
  await screen.findByRole("dialog");
  expect(screen.queryByRole("button", { name: "End all sessions and tokens" })).toBeNull();
});
