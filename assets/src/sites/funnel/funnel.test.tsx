import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Funnel, FunnelQuery } from "../../api/types";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { choose, openPage } from "../../testing/open";
import { funnel, reportOf, shop } from "../testing";
import { readFunnelSearch } from "./search";
import { readSteps, stepName, writeSteps } from "./steps";

const address = `/sites/${shop.id}/funnel`;
const span = "from=2026-11-20&to=2026-11-22";
const { last_event_at: _, ...quiet } = shop;

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true, now: Date.parse("2026-11-22T23:30:00Z") });
});

afterEach(() => {
  vi.useRealTimers();
});

function serve(answer: Funnel | Response = funnel) {
  return fakeAppliance({
    "GET /sites/{id}": shop,
    "POST /sites/{id}/funnels": answer,
    "POST /sites/{id}/reports": reportOf(["add_to_cart"]),
  });
}

function openFunnel(search = "") {
  return openPage(`${address}?${span}${search}`, "Shop: Funnel");
}

function last(appliance: ReturnType<typeof serve>) {
  return appliance.bodies("POST /sites/{id}/funnels").at(-1) as FunnelQuery;
}

/** The fields of one step. */
function step(name: string) {
  return within(screen.getByRole("group", { name }));
}

it("without events it says how to get some", async () => {
  fakeAppliance({ "GET /sites/{id}": quiet });
  await openPage(address, "Shop: Funnel");
  expect(await screen.findByText("No events yet")).toBeVisible();
});

it("the usual steps are counted at once, within a day", async () => {
  const appliance = serve();
  await openFunnel();
  await screen.findByRole("heading", { name: "Step by step" });
  expect(last(appliance)).toEqual({
    from: "2026-11-20",
    to: "2026-11-22",
    within_minutes: 1440,
    filters: [],
    steps: [
      { name: "Came", filters: [{ dimension: "event", operator: "is", values: ["page_view"] }] },
      { name: "Bought", filters: [{ dimension: "event", operator: "is", values: ["purchase"] }] },
    ],
  });
});

it("what an address says wrongly counts as not said", async () => {
  const appliance = serve();
  await openFunnel("&within=7&steps=nothing&filters=luck");
  await screen.findByRole("heading", { name: "Step by step" });
  expect(last(appliance)).toMatchObject({ within_minutes: 1440, filters: [] });
  expect(screen.getByRole("button", { name: /Within a day/ })).toBeVisible();
});

it("each step tells how many are left and lost, and a table tells the same", async () => {
  serve();
  const { user } = await openFunnel();
  const cart = (await screen.findByRole("heading", { name: "Cart" })).closest("li");
  expect(cart).toHaveTextContent(
    "40% of the first step, 40% of the one before; 120 lost; half of the others came within 1 min 30 s",
  );
  expect(cart).toHaveTextContent("80 daily visitors");
  await user.click(screen.getByText("The same as a table"));
  const table = within(screen.getByRole("region", { name: "Funnel" }));
  expect(table.getByRole("row", { name: "1. Came 200 100% – – –" })).toBeVisible();
  expect(table.getByRole("row", { name: "3. Bought 20 10% 25% 60 –" })).toBeVisible();
});

it("the biggest drop and what it costs are told in words", async () => {
  serve();
  await openFunnel();
  expect(await screen.findByText("The biggest drop is before “Cart”")).toBeVisible();
  expect(screen.getByText(/^Of 200 daily visitors/)).toHaveTextContent(
    "120 (60%) did not take “Cart” after it.",
  );
  expect(screen.getByText(/would have been €1,234.00/)).toBeVisible();
  const cart = screen.getByRole("heading", { name: "Cart" }).closest("li");
  expect(within(cart as HTMLElement).getByText("The biggest drop")).toBeVisible();
});

it("where nobody who finished brought anything, no cost is made up", async () => {
  serve({ ...funnel, biggest_drop: { step: 3, lost: 60, rate: 0.75 } });
  await openFunnel();
  expect(await screen.findByText(/cannot be told/)).toBeVisible();
});

it("where nobody is lost there is no drop", async () => {
  const { biggest_drop: _, ...whole } = funnel;
  const steps = funnel.steps.map((step) => ({ ...step, visitors: 200, lost: 0 }));
  serve({ ...whole, steps });
  await openFunnel();
  expect(await screen.findByText("Whoever took the first step took all of them")).toBeVisible();
});

it("where nobody begins it says what to do", async () => {
  serve({ ...funnel, steps: funnel.steps.map((step) => ({ ...step, visitors: 0, lost: 0 })) });
  await openFunnel();
  expect(await screen.findByText("Nobody took the step “Came”")).toBeVisible();
});

it("steps of one’s own are added, moved and removed, and stand in the address", async () => {
  const appliance = serve();
  const { user, history } = await openFunnel();
  await user.click(await screen.findByRole("button", { name: "Add a step" }));
  await user.type(step("Step 3").getByLabelText("Name"), "Cart");
  await user.type(step("Step 3").getByRole("combobox", { name: "Path" }), "/cart");
  await user.keyboard("{Escape}");
  await user.click(step("Step 3").getByRole("button", { name: "is Page" }));
  await user.click(await screen.findByRole("option", { name: "starts with" }));
  await user.click(step("Step 3").getByRole("button", { name: "Move step 3 up" }));
  expect(step("Step 2").getByLabelText("Name")).toHaveValue("Cart");
  await choose(user, /How long all of them may take/, "Within an hour");
  await user.click(screen.getByRole("button", { name: "Count the steps" }));
  await waitFor(() => expect(last(appliance).steps).toHaveLength(3));
  expect(last(appliance)).toMatchObject({
    within_minutes: 60,
    steps: [
      { name: "Came" },
      {
        name: "Cart",
        filters: [{ dimension: "page", operator: "starts_with", values: ["/cart"] }],
      },
      { name: "Bought" },
    ],
  });
  expect(history.location.search).toContain("within=60");
  await user.click(await screen.findByRole("button", { name: "Remove step 2" }));
  await user.click(screen.getByRole("button", { name: "Count the steps" }));
  await waitFor(() => expect(last(appliance).steps).toHaveLength(2));
  expect(screen.getByRole("button", { name: "Remove step 2" })).toBeDisabled();
});

it("a step that says nothing is not counted", async () => {
  const appliance = serve();
  const { user } = await openFunnel();
  await user.click(await screen.findByRole("button", { name: "Add a step" }));
  await user.click(screen.getByRole("button", { name: "Count the steps" }));
  expect(await screen.findByText("Say an event or a page.")).toBeVisible();
  expect(appliance.calls("POST /sites/{id}/funnels")).toHaveLength(1);
});

it("what the appliance refuses stands there with the reason, and a way back", async () => {
  serve(
    refusal(422, "validation_failed", {
      fields: [{ path: "steps[0].filters[0].values", code: "bad", message: "It is too long." }],
    }),
  );
  await openFunnel("&steps=A:a:is:;B:b:is:");
  expect(await screen.findByText(/It is too long/)).toBeVisible();
  expect(screen.getByRole("link", { name: /begin anew/ })).toHaveAttribute("href", address);
  expect(step("Step 1").getByLabelText("Name")).toHaveValue("A");
});

it("steps are read from the address as they were written, and what is no funnel is left out", () => {
  const steps = readSteps("Came:page_view:is:;:buy:starts_with:/a\\\\:b");
  expect(steps).toEqual([
    { name: "Came", event: "page_view", operator: "is", page: "", goal: "" },
    { name: "", event: "buy", operator: "starts_with", page: "/a:b", goal: "" },
  ]);
  expect(readSteps(writeSteps(steps ?? []))).toEqual(steps);
  expect(readFunnelSearch({ steps: "A:a:is:", within: "7", compare: "year" })).toEqual({});
  expect(readFunnelSearch({ steps: "A:a:is:;B::is:;C:c:near:" })).toEqual({});
});

it("a step without a name is called by what it is", () => {
  expect(stepName({ name: "", event: "buy", operator: "is", page: "", goal: "" })).toBe("buy");
  expect(stepName({ name: "", event: "", operator: "contains", page: "wool", goal: "" })).toBe(
    "Page contains wool",
  );
  expect(stepName({ name: "Cart", event: "x", operator: "is", page: "", goal: "" })).toBe("Cart");
});
