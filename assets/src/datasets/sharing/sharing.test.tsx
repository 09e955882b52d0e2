import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { choose, openPage, seePage } from "../../testing/open";
import { airports, lent, losAngeles, session, share } from "../../testing/samples";

const mine = {
  "GET /datasets/{id}": airports,
  "GET /datasets/{id}/shares": { items: [share] },
};
const page = `/datasets/${airports.id}/sharing`;
const heading = "Airports: Sharing";

it("the owner sees who has it, how far, and what they have made of it", async () => {
  fakeAppliance(mine);
  await openPage(page, heading);
  const table = within(await screen.findByRole("table"));
  expect(table.getByText("grace@example.org")).toBeVisible();
  expect(table.getByText("2 syncs")).toBeVisible();
  expect(table.getByRole("button", { name: /How far grace@example.org may go/ })).toHaveTextContent(
    "May view",
  );
});

it("a dataset that nobody else has says so", async () => {
  fakeAppliance({ ...mine, "GET /datasets/{id}/shares": { items: [] } });
  await openPage(page, heading);
  expect(await screen.findByText("Nobody else has it.")).toBeVisible();
});

it("it is shared with a colleague by their address, as far as is chosen", async () => {
  const appliance = fakeAppliance({ ...mine, "POST /datasets/{id}/shares": share });
  const { user } = await openPage(page, heading);
  await user.type(await screen.findByLabelText("E-mail address"), "grace@example.org");
  await choose(user, /How far$/, /May use/);
  await user.click(screen.getByRole("button", { name: "Share" }));
  expect(await screen.findByText("Airports is shared with grace@example.org.")).toBeVisible();
  expect(appliance.bodies("POST /datasets/{id}/shares")).toEqual([
    { email: "grace@example.org", level: "use" },
  ]);
  expect(screen.getByLabelText("E-mail address")).toHaveValue("");
});

it("an address that nobody has is told at its field", async () => {
  fakeAppliance({
    ...mine,
    "POST /datasets/{id}/shares": refusal(422, "validation_failed", {
      fields: [{ path: "email", message: "nobody signs in with this address" }],
    }),
  });
  const { user } = await openPage(page, heading);
  await user.type(await screen.findByLabelText("E-mail address"), "no@example.org");
  await user.click(screen.getByRole("button", { name: "Share" }));
  expect(await screen.findByText("nobody signs in with this address")).toBeVisible();
});

it("how far somebody may go is changed in its place", async () => {
  const appliance = fakeAppliance({
    ...mine,
    "PATCH /datasets/{id}/shares/{user}": { ...share, level: "edit", version: 5 },
  });
  const { user } = await openPage(page, heading);
  await choose(user, /How far grace@example.org may go/, /May edit/);
  expect(await screen.findByText("The share of grace@example.org is changed.")).toBeVisible();
  expect(appliance.bodies("PATCH /datasets/{id}/shares/{user}")).toEqual([{ level: "edit" }]);
});

it("a change that is refused is taken back and says why", async () => {
  fakeAppliance({
    ...mine,
    "PATCH /datasets/{id}/shares/{user}": refusal(503, "audit_unavailable"),
  });
  const { user } = await openPage(page, heading);
  await choose(user, /How far grace@example.org may go/, /May edit/);
  expect(await screen.findByText("Title of audit_unavailable")).toBeVisible();
  const choice = screen.getByRole("button", { name: /How far grace@example.org may go/ });
  expect(choice).toHaveTextContent("May view");
});

it("it is withdrawn after it was said what that stops", async () => {
  const shares = [share];
  fakeAppliance({
    ...mine,
    "GET /datasets/{id}/shares": () => ({ items: [...shares] }),
    "DELETE /datasets/{id}/shares/{user}": () => {
      shares.length = 0;
    },
  });
  const { user } = await openPage(page, heading);
  await user.click(await screen.findByRole("button", { name: /Withdraw it from grace/ }));
  const question = within(await screen.findByRole("alertdialog"));
  expect(question.getByText(/2 syncs of theirs will do nothing any more/)).toBeVisible();
  await user.click(question.getByRole("button", { name: "Keep it" }));
  await user.click(await screen.findByRole("button", { name: /Withdraw it from grace/ }));
  await user.click(await screen.findByRole("button", { name: "Withdraw" }));
  expect(
    await screen.findByText("Airports is no longer shared with grace@example.org."),
  ).toBeVisible();
  expect(await screen.findByText("Nobody else has it.")).toBeVisible();
});

it("many shares are read part after part", async () => {
  const other = { ...share, user_id: "user-9", email: "mary@example.org", syncs: 0 };
  fakeAppliance({
    ...mine,
    "GET /datasets/{id}/shares": ({ query }: { query: URLSearchParams }) =>
      query.get("after") ? { items: [other] } : { items: [share], next: "cursor-2" },
  });
  const { user } = await openPage(page, heading);
  await user.click(await screen.findByRole("button", { name: "Show more" }));
  expect(await screen.findByText("mary@example.org")).toBeVisible();
});

it("says so where the shares cannot be read, and to those who may not share", async () => {
  fakeAppliance({ ...mine, "GET /datasets/{id}/shares": refusal(500, "internal") });
  await openPage(page, heading);
  expect(await screen.findByText("Title of internal")).toBeVisible();
});

it("an analyst is told whom to ask", async () => {
  fakeAppliance({
    ...mine,
    "GET /auth/session": { ...session, permissions: ["dataset:read"] },
  });
  await openPage(page, heading);
  expect(await screen.findByText("Your roles do not let you share")).toBeVisible();
});

it("whoever has it by a share sees what they may, and can give it up", async () => {
  const appliance = fakeAppliance({
    "GET /datasets/{id}": lent,
    "GET /datasets": { items: [] },
    "DELETE /datasets/{id}/access": undefined,
  });
  const { user } = await openPage(`/datasets/${lent.id}/sharing`, "Lent: Sharing");
  expect(await screen.findByText("You may see its records and export them.")).toBeVisible();
  expect(screen.queryByLabelText("E-mail address")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Give it up" }));
  const question = within(await screen.findByRole("alertdialog"));
  await user.click(question.getByRole("button", { name: "Give it up" }));
  await seePage("Datasets");
  expect(appliance.calls("DELETE /datasets/{id}/access")).toHaveLength(1);
});

it("what is shared to be seen shows no way to write it", async () => {
  fakeAppliance({
    "GET /datasets/{id}": lent,
    "GET /datasets/{id}/records": { items: [losAngeles] },
    "GET /datasets/{id}/records/{key}": losAngeles,
    "GET /datasets/{id}/imports": { items: [] },
  });
  const { user } = await openPage(`/datasets/${lent.id}?record=LAX`, "Lent");
  const sheet = within(await screen.findByRole("dialog"));
  expect(await sheet.findByLabelText("name")).toBeDisabled();
  expect(sheet.queryByRole("button", { name: "Save" })).toBeNull();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.getByText("Shared by grace@example.org, to view")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Add a record" })).toBeNull();
  expect(screen.queryByRole("link", { name: "Settings" })).toBeNull();
  await user.click(screen.getByRole("link", { name: "Imports" }));
  await seePage("Lent: Imports");
  expect(screen.queryByText("Import more")).toBeNull();
});

it("the list tells one's own from what others share", async () => {
  fakeAppliance({ "GET /datasets": { items: [airports, lent] } });
  await openPage("/datasets", "Datasets");
  const rows = await screen.findAllByRole("row");
  expect(rows[1]).toHaveTextContent("Yours");
  expect(rows[2]).toHaveTextContent("Shared by grace@example.org, to view");
});
