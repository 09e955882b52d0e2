import { screen, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { choose, openPage } from "../../testing/open";
import { nightly, session } from "../../testing/samples";

const made = { secret: "wb_once-and-never-again", token: nightly };

async function openForm(answers: Parameters<typeof fakeAppliance>[0]) {
  const appliance = fakeAppliance({ "GET /tokens": { items: [] }, ...answers });
  const { user } = await openPage("/account", "Your account");
  await user.click(await screen.findByRole("button", { name: "New token" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(dialog.getByLabelText("Name"), "nightly export");
  return { appliance, user, dialog };
}

it("lists what each token may do, and until when", async () => {
  const expired = {
    ...nightly,
    id: "token-2",
    name: "old",
    state: "expired",
    last_used_at: undefined,
  };
  fakeAppliance({ "GET /tokens": { items: [nightly, expired] } });
  await openPage("/account", "Your account");
  const table = within(await screen.findByRole("region", { name: "Tokens" }));
  const [, first, second] = table.getAllByRole("row");
  expect(first).toHaveTextContent(/nightly.*Datasets: read; Syncs: run.*Works/);
  expect(second).toHaveTextContent(/old.*Expired.*Never/);
});

it("a token is made with what was ticked, and its text is seen once", async () => {
  const { appliance, user, dialog } = await openForm({ "POST /tokens": made });
  const write = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
  const make = dialog.getByRole("button", { name: "Make the token" });
  expect(make).toBeDisabled();
  await user.click(within(dialog.getByRole("group", { name: "Datasets" })).getByLabelText("Read"));
  await user.click(within(dialog.getByRole("group", { name: "Syncs" })).getByLabelText("Run"));
  await user.click(make);
  expect(await screen.findByText(made.secret)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Copy the token" }));
  expect(write).toHaveBeenCalledWith(made.secret);
  await user.keyboard("{Escape}");
  expect(screen.getByText(made.secret)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "I have kept it" }));
  expect(screen.queryByText(made.secret)).toBeNull();
  const [body] = appliance.bodies("POST /tokens") as [{ expires_at: string }];
  expect(body).toMatchObject({ name: "nightly export", scopes: ["dataset:read", "sync:run"] });
  const days = (new Date(body.expires_at).getTime() - Date.now()) / 86_400_000;
  expect(Math.round(days)).toBe(90);
});

it("a day of one's own is taken; what is wrong stands at its field", async () => {
  const fields = [
    { path: "expires_at", message: "At most 366 days ahead." },
    { path: "scopes[0]", message: "You may not do that yourself." },
  ];
  const { user, dialog } = await openForm({
    "POST /tokens": refusal(422, "validation_failed", { fields }),
  });
  await user.click(within(dialog.getByRole("group", { name: "Book" })).getByLabelText("Read"));
  await choose(user, /It ends by itself/, "On a day of your own");
  expect(dialog.getByRole("button", { name: "Make the token" })).toBeDisabled();
  await user.type(dialog.getByLabelText("Last day"), "2031-01-01");
  await user.click(dialog.getByRole("button", { name: "Make the token" }));
  expect(await dialog.findByText("At most 366 days ahead.")).toBeVisible();
  expect(dialog.getByText("You may not do that yourself.")).toBeVisible();
});

it("nobody is offered what they may not do themselves", async () => {
  const auditor = { ...session, permissions: ["audit:read"] };
  const { dialog } = await openForm({ "GET /auth/session": auditor });
  expect(dialog.getAllByRole("checkbox")).toHaveLength(1);
});

it("a token is revoked, after a question", async () => {
  let items = [nightly];
  const appliance = fakeAppliance({
    "GET /tokens": () => ({ items }),
    "DELETE /tokens/{id}": () => {
      items = [];
    },
  });
  const { user } = await openPage("/account", "Your account");
  await user.click(await screen.findByRole("button", { name: "Revoke nightly" }));
  await user.click(await screen.findByRole("button", { name: "Keep it" }));
  expect(appliance.calls("DELETE /tokens/{id}")).toHaveLength(0);
  await user.click(await screen.findByRole("button", { name: "Revoke nightly" }));
  await user.click(await screen.findByRole("button", { name: "Revoke token" }));
  expect(await screen.findByText("nightly is revoked.")).toBeVisible();
  expect(await screen.findByText("No token yet.")).toBeVisible();
});

it("many tokens are read part after part", async () => {
  const older = { ...nightly, id: "token-9", name: "older" };
  fakeAppliance({
    "GET /tokens": ({ query }: { query: URLSearchParams }) =>
      query.get("after") ? { items: [older] } : { items: [nightly], next: "cursor-2" },
  });
  const { user } = await openPage("/account", "Your account");
  await user.click(await screen.findByRole("button", { name: "Show more tokens" }));
  expect(await screen.findByText("older")).toBeVisible();
});

it("says so where the tokens cannot be read", async () => {
  fakeAppliance({ "GET /tokens": refusal(403, "forbidden") });
  await openPage("/account", "Your account");
  expect(await screen.findByText("Title of forbidden")).toBeVisible();
});
