import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Site } from "../../api/types";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { choose, openPage } from "../../testing/open";
import { overview, shop } from "../testing";
import { isShorter, spans } from "./retention";

const page = `/sites/${shop.id}/settings`;
const title = "Shop: Settings";

it("keeping less asks first, and tells that it does not come back", async () => {
  const appliance = fakeAppliance({
    "GET /sites/{id}": shop,
    "PATCH /sites/{id}": { ...shop, retention: { events_days: 396 } },
  });
  const { user } = await openPage(page, title);
  expect(await screen.findByRole("button", { name: "Save how long" })).toBeDisabled();
  await choose(user, /Events$/, "13 months");
  await user.click(screen.getByRole("button", { name: "Save how long" }));
  const question = within(await screen.findByRole("alertdialog"));
  expect(question.getByText(/does not come back/)).toBeVisible();
  expect(appliance.calls("PATCH /sites/{id}")).toHaveLength(0);
  await user.click(question.getByRole("button", { name: "Keep less" }));
  expect(await screen.findByText("It is saved how long things are kept.")).toBeVisible();
  expect(appliance.bodies("PATCH /sites/{id}")).toEqual([{ retention: { events_days: 396 } }]);
  expect(appliance.calls("PATCH /sites/{id}")[0]?.headers.get("if-match")).toBe('"3"');
});

it("overwriting with less asks as saving it does, by what is kept now", async () => {
  const before = { ...shop, retention: { events_days: 60, sums_days: 60 } };
  const theirs: Site = { ...before, retention: {}, version: 4 };
  let found: Site = before;
  const appliance = fakeAppliance({
    "GET /sites/{id}": () => found,
    "PATCH /sites/{id}": ({ headers }: { headers: Headers }) =>
      headers.get("if-match") === '"4"' ? theirs : refusal(412, "precondition_failed"),
  });
  const { user } = await openPage(page, title);
  await choose(user, /Events$/, "6 months");
  found = theirs;
  // More than the 60 days that were kept when the page was opened, and less than for ever.
  await user.click(screen.getByRole("button", { name: "Save how long" }));
  const differences = within(await screen.findByRole("region", { name: "What differs" }));
  expect(differences.getAllByText("For ever")).not.toHaveLength(0);
  expect(differences.getAllByText("6 months")).not.toHaveLength(0);
  await user.click(screen.getByRole("button", { name: "Overwrite with mine" }));
  const question = within(await screen.findByRole("alertdialog"));
  expect(appliance.calls("PATCH /sites/{id}")).toHaveLength(1);
  await user.click(question.getByRole("button", { name: "Keep less" }));
  await waitFor(() => expect(appliance.calls("PATCH /sites/{id}")).toHaveLength(2));
  const [, second] = appliance.calls("PATCH /sites/{id}");
  expect(second?.headers.get("if-match")).toBe('"4"');
});

it("keeping more is saved at once, and what is gone is told", async () => {
  const retention = { events_days: 60, sums_days: 396 };
  const site = { ...shop, retention, events_from: "2026-09-23", sums_from: "2025-10-22" };
  const appliance = fakeAppliance({ "GET /sites/{id}": site, "PATCH /sites/{id}": site });
  const { user } = await openPage(page, title);
  expect(await screen.findByText(/Events are there from .*2026 on/)).toBeVisible();
  await choose(user, /Events$/, "25 months");
  await user.click(screen.getByRole("button", { name: "Save how long" }));
  expect(await screen.findByText("It is saved how long things are kept.")).toBeVisible();
  // Sums outlast their events: they are kept for ever now.
  expect(appliance.bodies("PATCH /sites/{id}")).toEqual([{ retention: { events_days: 761 } }]);
});

it("the overview tells from which day on there are sums", async () => {
  fakeAppliance({
    "GET /sites/{id}": { ...shop, sums_from: "2026-11-10" },
    "GET /sites/{id}/overview": overview,
    "GET /sites/{id}/segments": { items: [] },
    "GET /sites/{id}/notes": { items: [] },
  });
  await openPage(`/sites/${shop.id}?from=2026-11-01&to=2026-11-20`, "Shop");
  expect(await screen.findByText(/before .*10 Nov 2026 came to is kept no longer/)).toBeVisible();
});

it("a visitor is found before they are forgotten", async () => {
  const traces = { known: true, events: 5, days: 11, days_of_sums: 6 };
  const span = { first_day: "2026-08-18", last_day: "2026-11-26" };
  const appliance = fakeAppliance({
    "GET /sites/{id}": shop,
    "POST /sites/{id}/visitors/find": { ...traces, ...span },
    "POST /sites/{id}/visitors/erase": { ...traces, ...span },
  });
  const { user } = await openPage(page, title);
  await user.type(await screen.findByLabelText("Visitor’s id"), "6f1c8f6e");
  await user.click(screen.getByRole("button", { name: "Look" }));
  expect(await screen.findByText(/5 events on 11 days, .*2026, 6 of them with sums/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Forget this visitor" }));
  const question = within(await screen.findByRole("alertdialog"));
  await user.click(question.getByRole("button", { name: "Forget the visitor" }));
  expect(await screen.findByText("The visitor is forgotten.")).toBeVisible();
  expect(appliance.bodies("POST /sites/{id}/visitors/erase")).toEqual([{ visitor: "6f1c8f6e" }]);
  expect(screen.getByLabelText("Visitor’s id")).toHaveValue("");
});

it("nobody is forgotten whom the site does not know", async () => {
  fakeAppliance({
    "GET /sites/{id}": shop,
    "POST /sites/{id}/visitors/find": { known: false, events: 0, days: 0, days_of_sums: 0 },
  });
  const { user } = await openPage(page, title);
  await user.type(await screen.findByLabelText("Visitor’s id"), "eve");
  await user.click(screen.getByRole("button", { name: "Look" }));
  expect(await screen.findByText("The site knows nobody by this id.")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Forget this visitor" })).toBeNull();
});

it("offers no shorter time than events have, and the one that a site has", () => {
  expect(spans(450, 396).map(({ label }) => label)).toEqual([
    "13 months",
    "450 days",
    "25 months",
    "37 months",
    "5 years",
    "10 years",
    "For ever",
  ]);
  expect(spans(undefined, Infinity).map(({ value }) => value)).toEqual(["for ever"]);
});

it.each([
  [{}, { events_days: 60 }, true],
  [{ events_days: 60 }, {}, false],
  [{ events_days: 60, sums_days: 60 }, { events_days: 60 }, false],
  [{ events_days: 60 }, { events_days: 60, sums_days: 3653 }, true],
  [{ events_days: 60 }, { events_days: 61 }, false],
])("from %j to %j loses something: %s", (before, after, loses) => {
  expect(isShorter(before, after)).toBe(loses);
});
