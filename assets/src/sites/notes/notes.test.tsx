import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { SiteNote } from "../../api/types";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { openPage } from "../../testing/open";
import { overview, reportOf, shop } from "../testing";
import { noteDays, notesIn } from "./notes";

const span = "from=2026-11-20&to=2026-11-22";

function noteOf(id: string, text: string, from: string, to = from): SiteNote {
  const { created_at, updated_at } = shop;
  return { id, text, from, to, created_at, updated_at, version: 4 };
}

const sale = noteOf("note-sale", "Autumn sale", "2026-11-21", "2026-11-25");
const outage = noteOf("note-outage", "The shop was down", "2026-11-20");
const old = noteOf("note-old", "Long ago", "2026-10-01");

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true, now: Date.parse("2026-11-22T23:30:00Z") });
});

afterEach(() => {
  vi.useRealTimers();
});

function serve() {
  return fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites/{id}/overview": overview,
    "GET /sites/{id}/notes": { items: [sale, old, outage] },
    "POST /sites/{id}/notes": noteOf("note-new", "Newsletter", "2026-11-22"),
    "PATCH /sites/{id}/notes/{note}": sale,
    "DELETE /sites/{id}/notes/{note}": undefined,
    "POST /sites/{id}/reports": reportOf(["2026-11-20"]),
  });
}

it("notes of these days stand at their days, in the chart and in its table", async () => {
  serve();
  const { user } = await openPage(`/sites/${shop.id}?${span}`, "Shop");
  const notes = within(await screen.findByRole("region", { name: "Notes" }));
  const listed = notes.getAllByRole("listitem");
  expect(listed[0]).toHaveTextContent(/^Fri 20 Nov\s*The shop was down/);
  expect(listed[1]).toHaveTextContent(/Autumn sale/);
  expect(listed).toHaveLength(2);
  expect(
    screen.getByRole("img", { name: /^Fri 20 Nov: .* Note: The shop was down\.$/ }),
  ).toBeInTheDocument();
  await user.click(screen.getByText("The same as a table"));
  expect(screen.getByRole("row", { name: /^Sat 21 Nov .* Autumn sale$/ })).toBeVisible();
});

it("a note is added on the last of the days, unless somebody says otherwise", async () => {
  const appliance = serve();
  const { user } = await openPage(`/sites/${shop.id}?${span}`, "Shop");
  await user.click(await screen.findByRole("button", { name: "Add a note" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Add a note" }));
  await user.type(dialog.getByLabelText("What is to be known"), "Newsletter");
  await user.click(dialog.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(appliance.bodies("POST /sites/{id}/notes")).toEqual([
      { text: "Newsletter", from: "2026-11-22", to: "2026-11-22" },
    ]),
  );
});

it("a note is deleted as it was seen, after a question", async () => {
  const appliance = serve();
  const { user } = await openPage(`/sites/${shop.id}?${span}`, "Shop");
  await user.click(await screen.findByRole("button", { name: "Delete the note Autumn sale" }));
  await user.click(await screen.findByRole("button", { name: "Delete the note" }));
  await waitFor(() => expect(appliance.calls("DELETE /sites/{id}/notes/{note}")).toHaveLength(1));
  const [call] = appliance.calls("DELETE /sites/{id}/notes/{note}");
  expect(call?.headers.get("if-match")).toBe('"4"');
});

it("notes that could not be read are no notes that are not there, whoever looks", async () => {
  const answers = [refusal(500, "internal_error"), { items: [outage] }];
  fakeAppliance({
    "GET /sites/{id}": { ...shop, access: "view", shared_by: "ada@example.org" },
    "GET /sites/{id}/overview": overview,
    "GET /sites/{id}/notes": () => (answers.length > 1 ? answers.shift() : answers[0]),
  });
  const { user } = await openPage(`/sites/${shop.id}?${span}`, "Shop");
  const notes = within(await screen.findByRole("region", { name: "Notes" }));
  expect(notes.getByRole("alert")).toHaveTextContent(
    /^The notes on these days could not be read\s*Title of internal_error/,
  );
  await user.click(notes.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("The shop was down", { selector: "li > span" })).toBeVisible();
  expect(screen.queryByRole("alert")).toBeNull();
});

it("a note belongs to days that it is about in part, too", () => {
  const range = { from: "2026-11-22", to: "2026-11-30" };
  expect(notesIn([outage, sale, old], range)).toEqual([sale]);
  expect(noteDays(sale)).toMatch(/^21\s?–\s?25 Nov 2026$/);
});
