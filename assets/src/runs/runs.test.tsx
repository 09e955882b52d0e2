import { act, screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Plan, Run } from "../api/types";
import { fakeAppliance, refusal } from "../testing/appliance";
import { FakeEventSource } from "../testing/events";
import { choose, openPage } from "../testing/open";
import { plan, run } from "../testing/samples";

const running: Run = {
  ...run,
  state: "running",
  phase: "writing",
  finished_at: undefined,
  rate_per_second: 49.3,
  remaining_seconds: 12,
  counts: { ...run.counts, created: 2, unchanged: 0, refused: 0 },
  problems: [],
};
const outcomes = {
  items: [
    { key: "LAX", state: "created", remote_id: "rec1", at: run.queued_at },
    { key: "SFO", state: "refused", reason: "No such choice.", at: run.queued_at },
  ],
  next: "cursor-2",
};

function stream(): FakeEventSource {
  const source = FakeEventSource.opened.at(-1);
  if (!source) throw new Error("no stream was opened");
  return source;
}

it("the stream moves the page until the run has ended", async () => {
  fakeAppliance({ "GET /runs/{id}": running, "GET /runs/{id}/outcomes": outcomes });
  await openPage("/runs/run-1", "Run of Airports to Sandbox");
  expect(await screen.findByText("3 of 10")).toBeVisible();
  expect(screen.getByText(/49.3 records a second. About 12 s more./)).toBeVisible();
  expect(stream().address).toBe("/api/v1/runs/run-1/stream");
  act(() => stream().tell("run", { ...running, counts: { ...running.counts, created: 5 } }));
  expect(await screen.findByText("6 of 10")).toBeVisible();
  act(() => stream().tell("run", run));
  expect(await screen.findByText("Done; 1 did not get through")).toBeVisible();
  expect(screen.getByText("1 min 5 s")).toBeVisible();
  expect(stream().isClosed).toBe(true);
});

it("what was settled last is listed once the run has ended", async () => {
  let items = outcomes.items.slice(0, 1);
  fakeAppliance({
    "GET /runs/{id}": running,
    "GET /runs/{id}/outcomes": () => ({ items }),
  });
  await openPage("/runs/run-1", "Run of Airports to Sandbox");
  expect(await screen.findByText("LAX")).toBeVisible();
  expect(screen.queryByText("SFO")).toBeNull();
  items = outcomes.items;
  act(() => stream().tell("run", run));
  expect(await screen.findByText("SFO")).toBeVisible();
});

it("where the stream breaks, the page asks by itself", async () => {
  let now: Run = running;
  const appliance = fakeAppliance({
    "GET /runs/{id}": () => now,
    "GET /runs/{id}/outcomes": { items: [] },
  });
  await openPage("/runs/run-1", "Run of Airports to Sandbox");
  act(() => stream().onerror?.());
  const clean = { ...run.counts, created: 7, refused: 0 };
  now = { ...run, counts: clean, problems: [] };
  expect(await screen.findByText(/every record is there, exactly once/)).toBeVisible();
  expect(appliance.calls("GET /runs/{id}").length).toBeGreaterThan(1);
});

it("a run that reads what has changed says since when, and no more", async () => {
  const clean = { ...run.counts, created: 2, refused: 0 };
  const follows: Run = {
    ...run,
    kind: "pull",
    direction: "pull",
    counts: clean,
    problems: [],
    changes_since: "2026-11-22T09:20:00Z",
  };
  fakeAppliance({ "GET /runs/{id}": follows, "GET /runs/{id}/outcomes": { items: [] } });
  await openPage("/runs/run-1", "Run of Airports to Sandbox");
  expect(await screen.findByText(/what has changed there since .* is here/)).toBeVisible();
  expect(screen.getByText(/^Changes since /)).toBeVisible();
  expect(screen.queryByText(/every record is there/)).toBeNull();
});

it("a wait is explained", async () => {
  const until = new Date(Date.now() + 20_000).toISOString();
  const waiting: Run = {
    ...running,
    state: "waiting",
    phase: undefined,
    waiting_until: until,
    calls_refused_by_vendor: 1,
  };
  fakeAppliance({ "GET /runs/{id}": waiting, "GET /runs/{id}/outcomes": { items: [] } });
  await openPage("/runs/run-1", "Run of Airports to Sandbox");
  expect(await screen.findByText(/Waits \d+ s more/)).toBeVisible();
  expect(screen.getByText(/asked for a pause/)).toBeVisible();
});

it("a failure says why, and that nothing is lost", async () => {
  const failed: Run = {
    ...run,
    state: "failed",
    failure: { code: "schema_changed", message: "State is gone." },
  };
  fakeAppliance({ "GET /runs/{id}": failed, "GET /runs/{id}/outcomes": { items: [] } });
  await openPage("/runs/run-1", "Run of Airports to Sandbox");
  expect(await screen.findByText("State is gone.")).toBeVisible();
});

it("outcomes are filtered by the appliance, page after page", async () => {
  const appliance = fakeAppliance({
    "GET /runs/{id}": run,
    "GET /runs/{id}/outcomes": outcomes,
  });
  const { user } = await openPage("/runs/run-1", "Run of Airports to Sandbox");
  await choose(user, /Outcome/, "Refused");
  await user.click(await screen.findByRole("button", { name: "Show more" }));
  const queries = appliance.calls("GET /runs/{id}/outcomes").map(({ query }) => query);
  expect(queries.at(-1)?.get("state")).toBe("refused");
  expect(queries.at(-1)?.get("after")).toBe("cursor-2");
});

it("the list of runs goes back page after page", async () => {
  const older = { ...run, id: "run-0", sync_name: "Older" };
  fakeAppliance({
    "GET /runs": ({ query }: { query: URLSearchParams }) =>
      query.get("after") ? { items: [older] } : { items: [run], next: "cursor-2" },
  });
  const { user } = await openPage("/runs", "Runs");
  await user.click(await screen.findByRole("button", { name: "Show older runs" }));
  expect(await screen.findByRole("link", { name: "Older" })).toBeVisible();
});

it("an empty list of runs teaches", async () => {
  fakeAppliance({ "GET /runs": { items: [] } });
  await openPage("/runs", "Runs");
  expect(await screen.findByText("Nothing has run yet")).toBeVisible();
});

it("a run under way is cancelled; what it wrote stays", async () => {
  let now: Run = running;
  const appliance = fakeAppliance({
    "GET /runs/{id}": () => now,
    "GET /runs/{id}/outcomes": outcomes,
    "POST /runs/{id}/cancel": () => {
      now = { ...now, state: "cancelled" };
      return now;
    },
  });
  const { user } = await openPage("/runs/run-1", "Run of Airports to Sandbox");
  await user.click(await screen.findByRole("button", { name: "Cancel" }));
  expect(await screen.findByText("It is cancelled. What was written stays.")).toBeVisible();
  expect(await screen.findByText("Cancelled")).toBeVisible();
  expect(appliance.calls("POST /runs/{id}/cancel")).toHaveLength(1);
});

it("what was refused is tried again in a run of its own", async () => {
  const again: Run = { ...run, id: "run-2", kind: "retry", retry_of: run.id, state: "queued" };
  const appliance = fakeAppliance({
    "GET /runs/{id}": ({ path }: { path: string }) => (path.endsWith("run-2") ? again : run),
    "GET /runs/{id}/outcomes": outcomes,
    "POST /runs/{id}/retry": again,
  });
  const { user, history } = await openPage("/runs/run-1", "Run of Airports to Sandbox");
  await user.click(await screen.findByRole("button", { name: "Retry refused" }));
  expect(
    await screen.findByRole("link", { name: "Tries again what this run left" }),
  ).toHaveAttribute("href", "/runs/run-1");
  expect(history.location.pathname).toBe("/runs/run-2");
  const [call] = appliance.calls("POST /runs/{id}/retry");
  expect(call?.headers.get("idempotency-key")).toMatch(/^[0-9a-f]{32}$/);
});

it("why a run cannot be cancelled or tried again is said", async () => {
  fakeAppliance({
    "GET /runs/{id}": run,
    "GET /runs/{id}/outcomes": outcomes,
    "POST /runs/{id}/retry": refusal(409, "approval_required"),
  });
  const { user } = await openPage("/runs/run-1", "Run of Airports to Sandbox");
  await user.click(await screen.findByRole("button", { name: "Retry refused" }));
  expect(await screen.findByText("Title of approval_required")).toBeVisible();
});

it("nothing is left to try, or nobody to try it: no button", async () => {
  const clean = { ...run, counts: { ...run.counts, refused: 0 } };
  fakeAppliance({ "GET /runs/{id}": clean, "GET /runs/{id}/outcomes": outcomes });
  await openPage("/runs/run-1", "Run of Airports to Sandbox");
  expect(await screen.findByText(/every record is there/)).toBeVisible();
  expect(screen.queryByRole("button", { name: /Retry|Cancel/ })).toBeNull();
});

it("deletions that are held back lead to a plan, and an empty source says why", async () => {
  const held = { ...run, deletions_held: { cause: "too_many", records: 120, linked: 300 } };
  const appliance = fakeAppliance({
    "GET /runs/{id}": held,
    "GET /runs/{id}/outcomes": { items: [] },
    "POST /syncs/{id}/plans": refusal(409, "conflict", { detail: "A run is under way." }),
  });
  const { user } = await openPage("/runs/run-1", "Run of Airports to Sandbox");
  expect(await screen.findByText("120 deletions held back")).toBeVisible();
  expect(screen.getByText(/120 of 300 linked records/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Make a plan" }));
  expect(await screen.findByText("A run is under way.")).toBeVisible();
  expect(appliance.bodies("POST /syncs/{id}/plans")).toEqual([{ read_first: false }]);
});

it("an empty source deletes nothing and says so", async () => {
  const held = { ...run, deletions_held: { cause: "empty_source", records: 3, linked: 3 } };
  fakeAppliance({ "GET /runs/{id}": held, "GET /runs/{id}/outcomes": { items: [] } });
  await openPage("/runs/run-1", "Run of Airports to Sandbox");
  expect(await screen.findByText(/no record is left here/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Make a plan" })).toBeNull();
});

it("what waits in quarantine is no failure, and leads to the list", async () => {
  const counts = { ...run.counts, refused: 0, unknown: 0, held: 2 };
  fakeAppliance({
    "GET /runs/{id}": { ...run, counts, quarantined: 2, problems: [] },
    "GET /runs/{id}/outcomes": { items: [] },
  });
  await openPage("/runs/run-1", "Run of Airports to Sandbox");
  expect(await screen.findByText("2 records in quarantine")).toBeVisible();
  expect(screen.getByRole("link", { name: "See until when" })).toHaveAttribute(
    "href",
    "/syncs/sync-1",
  );
  expect(screen.queryByText(/did not get through/)).toBeNull();
});

it("a run is undone by way of a plan, once it is said what that means", async () => {
  const past: Run = { ...run, undo_until: "2026-11-29T04:15:00.000Z" };
  const back: Plan = { ...plan, id: "plan-back", undoes: run.id };
  const appliance = fakeAppliance({
    "GET /runs/{id}": past,
    "GET /runs/{id}/outcomes": outcomes,
    "POST /runs/{id}/undo": back,
    "GET /plans/{id}": back,
    "GET /plans/{id}/changes": { items: [] },
  });
  const { user, history } = await openPage("/runs/run-1", "Run of Airports to Sandbox");
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  const dialog = await screen.findByRole("dialog", { name: "Undo this run?" });
  expect(dialog).toHaveTextContent("the schedule of the sync rests");
  await user.click(within(dialog).getByRole("button", { name: "Leave it" }));
  expect(appliance.calls("POST /runs/{id}/undo")).toHaveLength(0);
  await user.click(screen.getByRole("button", { name: "Undo" }));
  await user.click(await screen.findByRole("button", { name: "Make the plan" }));
  expect(await screen.findByRole("link", { name: "Undoes this run" })).toHaveAttribute(
    "href",
    "/runs/run-1",
  );
  expect(history.location.pathname).toBe("/plans/plan-back");
  const [call] = appliance.calls("POST /runs/{id}/undo");
  expect(call?.headers.get("idempotency-key")).toMatch(/^[0-9a-f]{32}$/);
});

it.each([
  [
    "a pull",
    "pull",
    "taken back here",
    "bring again what the table holds",
    /brings again what the/,
  ],
  ["both ways", "two_way", "on either side", "agree to differ", /leaves alone what was taken back/],
] as const)(
  "the undo of %s says where, and what comes then",
  async (_, direction, where, then, next) => {
    const pull: Run = { ...run, direction, undo_until: "2026-11-29T04:15:00.000Z" };
    const undo: Run = {
      ...pull,
      id: "run-2",
      kind: "undo",
      undoes: run.id,
      counts: { ...run.counts, refused: 0 },
    };
    fakeAppliance({
      "GET /runs/{id}": ({ path }: { path: string }) => (path.endsWith("run-2") ? undo : pull),
      "GET /runs/{id}/outcomes": outcomes,
    });
    const { user, history } = await openPage("/runs/run-1", "Run of Airports to Sandbox");
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    const dialog = await screen.findByRole("dialog", { name: "Undo this run?" });
    expect(dialog).toHaveTextContent(where);
    expect(dialog).toHaveTextContent(then);
    await user.click(within(dialog).getByRole("button", { name: "Leave it" }));
    history.push("/runs/run-2");
    expect(await screen.findByText(next)).toBeVisible();
  },
);

it("why a run cannot be undone after all is said in the dialog", async () => {
  fakeAppliance({
    "GET /runs/{id}": { ...run, undo_until: "2026-11-29T04:15:00.000Z" },
    "GET /runs/{id}/outcomes": outcomes,
    "POST /runs/{id}/undo": refusal(409, "conflict"),
  });
  const { user } = await openPage("/runs/run-1", "Run of Airports to Sandbox");
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  await user.click(await screen.findByRole("button", { name: "Make the plan" }));
  expect(await screen.findByText("Title of conflict")).toBeVisible();
});

it("an undo says what is left, and both runs lead to each other", async () => {
  const undo: Run = {
    ...run,
    id: "run-2",
    kind: "undo",
    undoes: run.id,
    counts: { ...run.counts, refused: 0, held: 2 },
  };
  const past: Run = { ...run, undone_by: "run-2", too_large_to_undo: true };
  fakeAppliance({
    "GET /runs/{id}": ({ path }: { path: string }) => (path.endsWith("run-2") ? undo : past),
    "GET /runs/{id}/outcomes": outcomes,
  });
  const { user } = await openPage("/runs/run-2", "Run of Airports to Sandbox");
  expect(await screen.findByText("Done; 2 could not be taken back")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
  await user.click(screen.getByRole("link", { name: "Undoes this run" }));
  expect(await screen.findByRole("link", { name: "Undone by this run" })).toHaveAttribute(
    "href",
    "/runs/run-2",
  );
  expect(screen.getByText(/more than is remembered of one run/)).toBeVisible();
});
