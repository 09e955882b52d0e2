import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Plan, PlannedChange } from "../api/types";
import { fakeAppliance, refusal } from "../testing/appliance";
import { choose, openPage, seePage } from "../testing/open";
import { plan, plannedChanges, run, session, sync } from "../testing/samples";

const address = "/plans/plan-1";
const heading = "Plan of Airports to Sandbox";
const changes = { "GET /plans/{id}/changes": { items: plannedChanges } };
const running = { "GET /runs/{id}": run, "GET /runs/{id}/outcomes": { items: [] } };

it("a plan says what a run would do, what it costs, and field by field what differs", async () => {
  fakeAppliance({ "GET /plans/{id}": plan, ...changes });
  await openPage(address, heading);
  const ledger = within(await screen.findByRole("table", { name: "Records of this plan" }));
  expect(ledger.getAllByRole("row").map(({ textContent }) => textContent)).toEqual([
    "To create1",
    "To change1",
    "To take over1",
    "Unchanged6",
    "Would be refused1",
    "Looked at10",
  ]);
  expect(screen.getByText("1 min 5 s")).toBeVisible();
  const table = within(await screen.findByRole("region", { name: "Planned changes" }));
  expect(
    table.getAllByRole("row").map(({ textContent }) => textContent?.replace(/\s+/g, " ")),
  ).toEqual([
    "RecordWhat happensField by field",
    "LAXChangeNameLos Angeles becomes Los Angeles IntlStateNot known becomes Empty",
    "SFOCreateNameSan Francisco",
    "XXXWould be refusedThere is no option “Calif”.",
  ]);
});

it("what is shown of it stands in the address, and is found by the appliance", async () => {
  const appliance = fakeAppliance({
    "GET /plans/{id}": plan,
    "GET /plans/{id}/changes": ({ query }: { query: URLSearchParams }) => {
      if (query.get("q")) return { items: [] };
      return query.get("after")
        ? { items: [{ ...plannedChanges[0], key: "JFK" }] }
        : { items: plannedChanges, next: "cursor-2" };
    },
  });
  const { user, history } = await openPage(address, heading);
  await choose(user, /What happens/, "Would be refused");
  await user.click(await screen.findByRole("button", { name: "Show more" }));
  expect(await screen.findByText("JFK")).toBeVisible();
  const last = appliance.calls("GET /plans/{id}/changes").at(-1)?.query;
  expect([last?.get("fate"), last?.get("after")]).toEqual(["refused", "cursor-2"]);
  await user.type(screen.getByLabelText("Search this plan"), "z");
  expect(await screen.findByText("No record fits.")).toBeVisible();
  expect(history.location.search).toContain("fate=refused");
  expect(history.location.search).toContain("q=z");
});

it("a plan is approved after a last look, once, and leads to its run", async () => {
  const appliance = fakeAppliance({
    "GET /plans/{id}": plan,
    ...changes,
    ...running,
    "POST /plans/{id}/runs": { ...run, kind: "execute", plan_id: plan.id },
  });
  const { user } = await openPage(address, heading);
  await user.click(await screen.findByRole("button", { name: "Approve and run" }));
  const question = within(await screen.findByRole("dialog"));
  expect(question.getByText(/3 records are written there/)).toBeVisible();
  await user.click(question.getByRole("button", { name: "Not yet" }));
  expect(appliance.calls("POST /plans/{id}/runs")).toHaveLength(0);
  await user.click(screen.getByRole("button", { name: "Approve and run" }));
  const again = within(await screen.findByRole("dialog"));
  await user.click(again.getByRole("button", { name: "Approve and run" }));
  await seePage("Run of Airports to Sandbox");
  const [call] = appliance.calls("POST /plans/{id}/runs");
  expect(call?.headers.get("idempotency-key")).toMatch(/^[0-9a-f]{32}$/);
});

it("a plan that was overtaken just now is refused with the reason", async () => {
  fakeAppliance({
    "GET /plans/{id}": plan,
    ...changes,
    "POST /plans/{id}/runs": refusal(409, "plan_outdated"),
  });
  const { user } = await openPage(address, heading);
  await user.click(await screen.findByRole("button", { name: "Approve and run" }));
  const question = within(await screen.findByRole("dialog"));
  await user.click(question.getByRole("button", { name: "Approve and run" }));
  expect(await question.findByText("Title of plan_outdated")).toBeVisible();
});

it("while it is made, the page waits and shows the way to its job", async () => {
  let now: Plan = { ...plan, state: "making", counts: undefined };
  fakeAppliance({ "GET /plans/{id}": () => now, ...changes });
  await openPage(address, heading);
  expect(await screen.findByRole("link", { name: /Watch it/ })).toHaveAttribute(
    "href",
    "/runs/run-plan",
  );
  now = plan;
  expect(await screen.findByText("Waits for approval")).toBeVisible();
});

it.each([
  ["one that something came after", { state: "superseded" }, /came after it/],
  [
    "one whose time is over",
    { expires_at: "2020-01-01T00:00:00.000Z" },
    /time for approval is over/,
  ],
] as const)("%s is outdated, cannot be approved, and can be made anew", async (_, change, why) => {
  const fresh = { ...plan, id: "plan-2", state: "making", counts: undefined };
  const appliance = fakeAppliance({
    "GET /plans/{id}": ({ path }: { path: string }) =>
      path.endsWith("plan-2") ? fresh : { ...plan, ...change },
    ...changes,
    "POST /syncs/{id}/plans": fresh,
  });
  const { user, history } = await openPage(address, heading);
  expect(await screen.findByText(why)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Approve and run" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Plan anew" }));
  await waitFor(() => expect(history.location.pathname).toBe("/plans/plan-2"));
  expect(appliance.bodies("POST /syncs/{id}/plans")).toEqual([{ read_first: true }]);
});

it.each([
  [{ state: "approved", run_id: "run-1", approved_by: plan.by }, "Watch the run"],
  [{ state: "executed", run_id: "run-1", approved_at: plan.made_at }, "What the run did"],
] as const)("once approved, it leads to its run", async (change, link) => {
  fakeAppliance({ "GET /plans/{id}": { ...plan, ...change }, ...changes });
  await openPage(address, heading);
  expect(await screen.findByRole("link", { name: link })).toHaveAttribute("href", "/runs/run-1");
});

it("a plan that could not be made says why", async () => {
  const failure = { code: "token_refused", message: "The token was refused." };
  const failed = { ...plan, state: "failed", counts: undefined, failure };
  fakeAppliance({
    "GET /plans/{id}": failed,
    "POST /syncs/{id}/plans": refusal(409, "conflict", { detail: "A run is under way." }),
  });
  const { user } = await openPage(address, heading);
  expect(await screen.findByText("The token was refused.")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Plan anew" }));
  expect(await screen.findByText("A run is under way.")).toBeVisible();
});

it("a plan that writes nothing has nothing to approve", async () => {
  const counts = { ...run.counts, created: 0, changed: 0, unchanged: 10, refused: 0 };
  fakeAppliance({
    "GET /plans/{id}": { ...plan, counts },
    "GET /plans/{id}/changes": { items: [] },
  });
  await openPage(address, heading);
  expect(await screen.findByText("Nothing to write")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Approve and run" })).toBeNull();
});

it("nothing to change is said so; who may only read approves nothing", async () => {
  fakeAppliance({
    "GET /auth/session": { ...session, permissions: ["sync:read"] },
    "GET /plans/{id}": { ...plan, hash: undefined, calls: undefined, seconds: undefined },
    "GET /plans/{id}/changes": { items: [] },
  });
  await openPage(address, heading);
  expect(await screen.findByText(/Nothing would change/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "Approve and run" })).toBeNull();
});

const stored = {
  "GET /syncs/{id}": sync,
  "GET /runs": { items: [] },
  "GET /syncs/{id}/plans": { items: [plan, { ...plan, id: "plan-0", state: "superseded" }] },
  "GET /syncs/{id}/dead-letters": { items: [] },
};

it.each([
  [/agreed last/, false],
  [/Read what is there/, true],
])("a sync is planned: %s", async (way, read_first) => {
  const appliance = fakeAppliance({
    ...stored,
    "POST /syncs/{id}/plans": plan,
    "GET /plans/{id}": plan,
    ...changes,
  });
  const { user } = await openPage("/syncs/sync-1", sync.name);
  const table = within(await screen.findByRole("region", { name: "Plans" }));
  expect(table.getByText("Outdated")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Plan" }));
  await user.click(await screen.findByRole("menuitem", { name: way }));
  await seePage(heading);
  expect(appliance.bodies("POST /syncs/{id}/plans")).toEqual([{ read_first }]);
});

it("runs can be made to need an approved plan, and then there is no other way", async () => {
  let now = sync;
  const appliance = fakeAppliance({
    ...stored,
    "GET /syncs/{id}": () => now,
    "PATCH /syncs/{id}": () => {
      now = { ...sync, approval: "always", version: 2 };
      return now;
    },
  });
  const { user } = await openPage("/syncs/sync-1", sync.name);
  expect(screen.getByRole("button", { name: "Run now" })).toBeVisible();
  await user.click(screen.getByRole("checkbox", { name: /Runs need a plan/ }));
  expect(await screen.findByText("Runs need an approved plan now.")).toBeVisible();
  await waitFor(() => expect(screen.queryByRole("button", { name: "Run now" })).toBeNull());
  const [call] = appliance.calls("PATCH /syncs/{id}");
  expect([call?.body, call?.headers.get("if-match")]).toEqual([{ approval: "always" }, '"1"']);
});

it("a run tells which plan it makes or carries out", async () => {
  const made = { ...run, plan_id: plan.id, kind: "plan" };
  fakeAppliance({ "GET /runs/{id}": made, "GET /runs/{id}/outcomes": { items: [] } });
  await openPage("/runs/run-1", "Run of Airports to Sandbox");
  expect(await screen.findByRole("link", { name: "Makes this plan" })).toHaveAttribute(
    "href",
    address,
  );
  expect(screen.getByText("Done: the plan is made")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Retry refused" })).toBeNull();
});

const bothPlan: Plan = {
  ...plan,
  direction: "two_way",
  both: {
    here: { created: 0, changed: 1, deleted: 1 },
    there: { created: 1, changed: 1, deleted: 0 },
    conflicts_asked: 1,
    conflicts_settled: 1,
  },
};

const bothChanges: PlannedChange[] = [
  {
    key: "LAX",
    fate: "changed",
    here: "changed",
    there: "changed",
    conflict: "settled",
    reason: "both sides have changed “name”: what is here is right",
    fields: [
      {
        field: "name",
        remote_field_id: "fld-name",
        remote_field_name: "Name",
        side: "there",
        before_known: true,
        before: "Theirs",
        after: "Ours",
      },
      {
        field: "city",
        remote_field_id: "fld-city",
        remote_field_name: "City",
        side: "here",
        before_known: true,
        before: "Los Angeles",
        after: "L. A.",
      },
    ],
  },
  { key: "SFO", fate: "held", conflict: "asked", reason: "held: both sides", fields: [] },
];

it("a plan of both ways says what either side gets, and asks before both are written", async () => {
  const appliance = fakeAppliance({
    "GET /plans/{id}": bothPlan,
    "GET /plans/{id}/changes": { items: bothChanges },
  });
  const { user } = await openPage(address, heading);
  const side = (name: string) =>
    within(screen.getByRole("table", { name }))
      .getAllByRole("row")
      .map(({ textContent }) => textContent);
  await screen.findByRole("table", { name: "Here" });
  expect(side("Here")).toEqual(["To create0", "To change1", "To delete1", "Here2"]);
  expect(side("There")).toEqual(["To create1", "To change1", "To delete0", "There2"]);
  expect(screen.getByText("1 conflict would ask you")).toBeVisible();
  const table = within(await screen.findByRole("region", { name: "Planned changes" }));
  expect(
    table.getAllByRole("row").map(({ textContent }) => textContent?.replace(/\s+/g, " ")),
  ).toEqual([
    "RecordWhat happensField by field",
    "LAXChangeConflict: settledboth sides have changed “name”: what is here is right" +
      "Here changedcityLos Angeles becomes L. A.There changedNameTheirs becomes Ours",
    "SFOHold backConflict: asks youheld: both sides",
  ]);
  await choose(user, /Side/, "Conflicts that would ask you");
  await waitFor(() =>
    expect(appliance.calls("GET /plans/{id}/changes").at(-1)?.query.get("conflict")).toBe("asked"),
  );
  await choose(user, /Side/, "Written here");
  await waitFor(() =>
    expect(appliance.calls("GET /plans/{id}/changes").at(-1)?.query.get("side")).toBe("here"),
  );
  await user.click(screen.getByRole("button", { name: "Approve and run" }));
  const question = within(await screen.findByRole("dialog"));
  expect(question.getByText(/2 records are written or deleted here and 2 there/)).toBeVisible();
  expect(question.getByText(/1 conflict goes into the inbox/)).toBeVisible();
});
