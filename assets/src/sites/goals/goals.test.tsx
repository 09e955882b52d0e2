import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { FunnelQuery, Goal, GoalFigures, ReportsQuery } from "../../api/types";
import { fakeAppliance } from "../../testing/appliance";
import { openPage } from "../../testing/open";
import { funnel, reportOf, shop, togetherOf } from "../testing";
import { conditionWords } from "./goals";

const { created_at, updated_at } = shop;

const signedUp: Goal = {
  id: "goal-signed-up",
  name: "Signed up",
  condition: { event: "sign_up", filters: [] },
  value: "2.50",
  created_at,
  updated_at,
  version: 4,
};

const ordered: Goal = {
  id: "goal-ordered",
  name: "Ordered",
  condition: {
    page: { operator: "starts_with", path: "/thanks" },
    filters: [{ dimension: "device", operator: "is", values: ["mobile"] }],
  },
  created_at,
  updated_at,
  version: 5,
};

const nothing = { completions: 0, visits: 0, visitors: 0, rate: 0, value: "0.00" };

const figures: GoalFigures = {
  from: "2026-11-20",
  to: "2026-11-22",
  time_zone: "Europe/Berlin",
  currency: "EUR",
  visitor_ids: "daily",
  known_at: "2026-11-22T04:15:30.000Z",
  visits: 40,
  visitors: 20,
  before: { from: "2026-11-17", to: "2026-11-19", visits: 30, visitors: 20 },
  goals: [
    {
      id: signedUp.id,
      name: signedUp.name,
      reached: {
        completions: 12,
        visits: 10,
        visitors: 5,
        rate: 0.25,
        value: "5.00",
        assigned_value: "27.50",
      },
      before: { ...nothing, completions: 6, visitors: 2, rate: 0.1, assigned_value: "15.00" },
      days: [
        { day: "2026-11-20", completions: 3 },
        { day: "2026-11-21", completions: 0 },
        { day: "2026-11-22", completions: 9 },
      ],
    },
    {
      id: ordered.id,
      name: ordered.name,
      reached: nothing,
      before: nothing,
      days: [
        { day: "2026-11-20", completions: 0 },
        { day: "2026-11-21", completions: 0 },
        { day: "2026-11-22", completions: 0 },
      ],
    },
  ],
};

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true, now: Date.parse("2026-11-22T23:30:00Z") });
});

afterEach(() => {
  vi.useRealTimers();
});

const span = "from=2026-11-20&to=2026-11-22";

function serve(goals: Goal[] = [signedUp, ordered], site = shop) {
  return fakeAppliance({
    "GET /sites/{id}": site,
    "GET /sites/{id}/goals": { items: goals },
    "GET /sites/{id}/goal-figures": figures,
    "POST /sites/{id}/goals": ordered,
    "PATCH /sites/{id}/goals/{goal}": signedUp,
    "DELETE /sites/{id}/goals/{goal}": undefined,
    "POST /sites/{id}/reports": reportOf(["2026-11-20"]),
    "POST /sites/{id}/reports/together": togetherOf(() => reportOf(["2026-11-20"])),
    "POST /sites/{id}/funnels": funnel,
  });
}

it("each goal stands beside the days before, with what is assigned apart", async () => {
  const appliance = serve();
  const { user } = await openPage(`/sites/${shop.id}/goals?${span}`, "Shop: Goals");
  const row = await screen.findByRole("row", { name: /^Signed up/ });
  expect(row).toHaveTextContent(/^Signed up Event sign_up/);
  const cells = within(row).getAllByRole("cell");
  expect(cells[0]).toHaveTextContent(/^12 100% more than before: 6/);
  expect(cells[1]).toHaveTextContent(/^5 150% more/);
  expect(cells[2]).toHaveTextContent(/^25% 15 points more/);
  expect(cells[3]).toHaveTextContent("€5.00");
  expect(cells[4]).toHaveTextContent("€27.50");
  const other = screen.getByRole("row", { name: /^Ordered/ });
  expect(other).toHaveTextContent(/^Ordered Viewed page starts with \/thanks/);
  expect(within(other).getAllByRole("cell")[4]).toHaveTextContent("–");
  const [asked] = appliance.calls("GET /sites/{id}/goal-figures");
  expect(asked?.query.get("from")).toBe("2026-11-20");
  expect(asked?.query.get("compare")).toBe("previous");
  await user.click(screen.getByText("The trends as a table"));
  const days = within(screen.getByRole("region", { name: "Completions by day" }));
  expect(days.getByRole("row", { name: "Sun 22 Nov 9 0" })).toBeVisible();
});

it("a goal is added with a page, a value and the visits in which it counts", async () => {
  const appliance = serve([]);
  const { user } = await openPage(`/sites/${shop.id}/goals?${span}`, "Shop: Goals");
  expect(await screen.findByText("No goals yet")).toBeVisible();
  const form = within(screen.getByLabelText("Name").closest("form") as HTMLElement);
  await user.type(form.getByLabelText("Name"), "Ordered");
  await user.type(form.getByRole("combobox", { name: "Path" }), "/thanks");
  await user.type(form.getByLabelText("Assigned value in EUR"), "25");
  await user.click(form.getByRole("button", { name: "Add a filter" }));
  const filter = within(await screen.findByRole("dialog", { name: "Add a filter" }));
  await user.type(filter.getByLabelText("Values, one a line"), "email");
  await user.click(filter.getByRole("button", { name: "Apply" }));
  expect(appliance.calls("POST /sites/{id}/goals")).toHaveLength(0);
  await user.click(form.getByRole("button", { name: "Add the goal" }));
  await waitFor(() =>
    expect(appliance.bodies("POST /sites/{id}/goals")).toEqual([
      {
        name: "Ordered",
        condition: {
          page: { operator: "is", path: "/thanks" },
          filters: [{ dimension: "channel", operator: "is", values: ["email"] }],
        },
        value: "25",
      },
    ]),
  );
});

it("a goal is changed and deleted as it was seen", async () => {
  const appliance = serve();
  const { user } = await openPage(`/sites/${shop.id}/goals?${span}`, "Shop: Goals");
  const row = within(await screen.findByRole("row", { name: /^Signed up/ }));
  await user.click(row.getByRole("button", { name: "Change" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Change the goal Signed up" }));
  await user.clear(dialog.getByLabelText("Assigned value in EUR"));
  await user.click(dialog.getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(appliance.bodies("PATCH /sites/{id}/goals/{goal}")).toEqual([
      { name: "Signed up", condition: signedUp.condition, value: "" },
    ]),
  );
  const [change] = appliance.calls("PATCH /sites/{id}/goals/{goal}");
  expect(change?.headers.get("if-match")).toBe('"4"');
  await user.click(await screen.findByRole("button", { name: "Delete the goal Ordered" }));
  await user.click(await screen.findByRole("button", { name: "Delete the goal" }));
  await waitFor(() => expect(appliance.calls("DELETE /sites/{id}/goals/{goal}")).toHaveLength(1));
});

it("whoever may only look changes no goal", async () => {
  serve([signedUp], { ...shop, access: "view", shared_by: "owner@example.org" });
  await openPage(`/sites/${shop.id}/goals?${span}`, "Shop: Goals");
  await screen.findByRole("row", { name: /^Signed up/ });
  expect(screen.queryByRole("button", { name: "Change" })).toBeNull();
  expect(screen.queryByText("Add a goal")).toBeNull();
});

it("a report tells of the visits that reached a goal", async () => {
  const appliance = serve();
  const at = `/sites/${shop.id}/reports?${span}`;
  const { user, history } = await openPage(at, "Shop: Reports");
  await user.click(await screen.findByRole("button", { name: "Reached a goal" }));
  await user.click(await screen.findByRole("menuitem", { name: "Signed up" }));
  await waitFor(() => expect(history.location.search).toContain("goal=goal-signed-up"));
  expect(await screen.findByText("Reached Signed up")).toBeVisible();
  await waitFor(() => {
    const asked = appliance.bodies("POST /sites/{id}/reports/together") as ReportsQuery[];
    const goals = asked.at(-1)?.reports.map(({ query }) => query.goal);
    expect(new Set(goals)).toEqual(new Set([signedUp.id]));
  });
  await user.click(screen.getByRole("button", { name: "Whether or not they reached Signed up" }));
  await waitFor(() => expect(history.location.search).not.toContain("goal="));
});

it("a step of a funnel is a goal", async () => {
  const appliance = serve();
  const at = `/sites/${shop.id}/funnel?${span}`;
  const { user, history } = await openPage(at, "Shop: Funnel");
  const step = within(await screen.findByRole("group", { name: "Step 2" }));
  await user.clear(step.getByLabelText("Name"));
  await user.click(await step.findByRole("button", { name: /Goal$/ }));
  await user.click(await screen.findByRole("option", { name: "Signed up" }));
  expect(step.queryByRole("combobox", { name: "Event" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Count the steps" }));
  await waitFor(() => expect(history.location.search).toContain("goal-signed-up"));
  await waitFor(() => {
    const asked = appliance.bodies("POST /sites/{id}/funnels") as FunnelQuery[];
    expect(asked.at(-1)?.steps[1]).toEqual({ name: "Signed up", goal: signedUp.id });
  });
});

it("a condition is told in words", () => {
  expect(conditionWords(signedUp.condition)).toBe("Event sign_up");
  expect(conditionWords(ordered.condition)).toBe(
    "Viewed page starts with /thanks, in visits whose Device is Mobile",
  );
});
