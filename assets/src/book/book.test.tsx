import { screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { AuditChain, AuditVerdict } from "../api/types";
import { fakeAppliance, refusal } from "../testing/appliance";
import { choose, openPage } from "../testing/open";
import { saveFile } from "../ui/save";

vi.mock("../ui/save", () => ({ saveFile: vi.fn() }));

const noon = Date.parse("2026-11-22T12:00:00Z");
const request = "019dab1c-5c00-7f66-ad38-c35b1dcf0d7d";

/** Lines 1 to `count`, one a second from noon; every tenth was refused. */
function lineOf(sequence: number) {
  return {
    time: noon + sequence * 1_000,
    message: `Act ${sequence}`,
    status_id: sequence % 10 === 0 ? 2 : 1,
    status_code: sequence % 10 === 0 ? "REFUSED" : undefined,
    actor: { user: { name: "ada@example.org" } },
    resources: [{ uid: `set-${sequence % 3}`, type: "dataset", name: `Set ${sequence % 3}` }],
    http_request: { uid: request, http_method: "GET", url: { path: "/api/v1/datasets" } },
    metadata: { sequence, event_code: "WB-DATA-004", correlation_uid: request },
    unmapped: {
      counts: { datasets: 2 },
      chain: { prev: `hash-${sequence - 1}`, hash: `hash-${sequence}` },
    },
  };
}

const chain: AuditChain = {
  lines: 60,
  segments: 2,
  bytes: 60_000,
  hash: "hash-60",
  first_time: "2026-11-22T12:00:01Z",
  last_time: "2026-11-22T12:01:00Z",
};

/** The appliance reads a part of the book at a time. */
const partOfBook = 300;

/** A book as the appliance searches it: `fits` stands for whatever was asked. */
function bookOf(
  count: number,
  fits: (sequence: number) => boolean = () => true,
  more: object = {},
) {
  const lines = Array.from({ length: count }, (_, index) => lineOf(count - index));
  return fakeAppliance({
    "GET /audit/events": ({ query }: { query: URLSearchParams }) => {
      const one = Number(query.get("first_line"));
      if (one)
        return pageOf(
          lines.filter(({ metadata }) => metadata.sequence === one),
          1,
        );
      const newest = Number(query.get("after") ?? count + 1) - 1;
      const looked = lines.slice(count - newest).slice(0, partOfBook);
      const found = looked.filter(({ metadata }) => fits(metadata.sequence));
      const items = found.slice(0, Number(query.get("limit")));
      const end = items.length < found.length ? items.at(-1) : looked.at(-1);
      const to = end?.metadata.sequence ?? 1;
      return pageOf(items, newest - to + 1, to);
    },
    "GET /audit/chain": chain,
    "GET /audit/checkpoint": {
      log: "log",
      seq: count,
      hash: "hash",
      time: "2026-11-22T12:00:00Z",
      key: "key",
      signature: "signature",
    },
    ...more,
  });
}

function pageOf(items: unknown[], looked: number, to = 1) {
  return {
    items,
    next: to > 1 ? `${to}` : undefined,
    scanned_lines: looked,
    scanned_bytes: 1,
    scanned_to: { sequence: to, time: new Date(noon + to * 1_000).toISOString() },
  };
}

it("shows the newest lines first, and older ones on demand", async () => {
  const appliance = bookOf(60);
  const { user } = await openPage("/book", "Book");
  expect(await screen.findByText("Act 60")).toBeVisible();
  expect(screen.queryByText("Act 10")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Show older events" }));
  expect(await screen.findByText("Act 10")).toBeVisible();
  expect(appliance.calls("GET /audit/events").at(-1)?.query.get("after")).toBe("11");
});

it("a narrowed book looks on by itself until it has found enough, and says how far it looked", async () => {
  const appliance = bookOf(1_200, (sequence) => sequence % 10 === 0);
  const { user, history } = await openPage("/book?outcome=failure", "Book");
  expect(await screen.findByText(/^60 lines of 600 lines looked at, to/)).toBeVisible();
  expect(appliance.calls("GET /audit/events")[0]?.query.get("outcome")).toBe("failure");
  await user.click(screen.getByRole("button", { name: "Look further back" }));
  expect(await screen.findByText(/^120 lines of 1,200 lines looked at/)).toBeVisible();
  await user.type(screen.getByRole("searchbox"), "set 2");
  await waitFor(() => expect(history.location.search).toContain("q=set+2"));
  await waitFor(() =>
    expect(appliance.calls("GET /audit/events").at(-1)?.query.get("q")).toBe("set 2"),
  );
});

it("a search that finds nothing stops by itself, and goes on when asked", async () => {
  const appliance = bookOf(6_000, () => false);
  const { user } = await openPage("/book?q=zebra", "Book");
  expect(await screen.findByText("No line fits", {}, { timeout: 5_000 })).toBeVisible();
  expect(appliance.calls("GET /audit/events")).toHaveLength(16);
  await user.click(screen.getByRole("button", { name: "Look further back" }));
  await waitFor(() => expect(appliance.calls("GET /audit/events")).toHaveLength(20));
});

it("what is filled in is applied together and stands in the address", async () => {
  const appliance = bookOf(5);
  const { user, history } = await openPage("/book", "Book");
  await user.type(screen.getByLabelText("Event code"), "WB-DATA-");
  await user.type(screen.getByLabelText("By"), "ada@example.org");
  await user.type(screen.getByLabelText("From address"), "192.0.2.7");
  await user.type(screen.getByLabelText("From"), "2026-11-22T11:00");
  await user.click(screen.getByRole("button", { name: "Apply" }));
  await waitFor(() => expect(history.location.search).toContain("code=WB-DATA-&actor=ada"));
  const asked = appliance.calls("GET /audit/events").at(-1)?.query;
  expect(asked?.get("code")).toBe("WB-DATA-");
  expect(asked?.get("actor")).toBe("ada@example.org");
  expect(asked?.get("address")).toBe("192.0.2.7");
  expect(asked?.get("from")).toMatch(/^2026-11-22T/);
  await user.click(await screen.findByRole("button", { name: "Show all" }));
  await waitFor(() => expect(history.location.search).toBe(""));
});

it("the oldest can come first, and reads can be left out", async () => {
  const appliance = bookOf(5);
  const { user, history } = await openPage("/book", "Book");
  await choose(user, /Order/, "Oldest first");
  await user.click(screen.getByRole("checkbox", { name: "Leave out reads" }));
  await waitFor(() => expect(history.location.search).toBe("?order=oldest&reads=no"));
  await waitFor(() => {
    const asked = appliance.calls("GET /audit/events").at(-1)?.query;
    expect([asked?.get("order"), asked?.get("reads")]).toEqual(["oldest", "false"]);
  });
});

it("a line is read out, shown as it was written, and its request and object can be followed", async () => {
  const appliance = bookOf(12);
  const { user, history } = await openPage("/book?line=10", "Book");
  const sheet = within(await screen.findByRole("dialog"));
  expect(await sheet.findByText("Act 10")).toBeVisible();
  expect(sheet.getByText("REFUSED")).toBeVisible();
  expect(sheet.getByText("It is the hash of line 9")).toBeVisible();
  expect(sheet.getByText(/"event_code": "WB-DATA-004"/)).toBeInTheDocument();
  await user.click(sheet.getByRole("button", { name: "Line before" }));
  expect(await sheet.findByText("Act 9")).toBeVisible();
  expect(sheet.getByRole("link", { name: "ada@example.org" })).toHaveAttribute(
    "href",
    "/book?actor=ada%40example.org",
  );
  await user.click(sheet.getByRole("link", { name: "Follow this dataset" }));
  await waitFor(() => expect(history.location.search).toBe("?object=set-0"));
  await waitFor(() =>
    expect(appliance.calls("GET /audit/events").at(-1)?.query.get("object")).toBe("set-0"),
  );
  await user.click(screen.getByRole("button", { name: "No longer follow the object" }));
  await user.click(await screen.findByRole("button", { name: "5" }));
  await user.click(await screen.findByRole("link", { name: "Follow this request" }));
  await waitFor(() => expect(history.location.search).toBe(`?request=${request}`));
});

it("a line that is not in view is read by itself", async () => {
  const appliance = bookOf(500);
  await openPage("/book?line=3", "Book");
  expect(await within(await screen.findByRole("dialog")).findByText("Act 3")).toBeVisible();
  const asked = appliance.calls("GET /audit/events").map(({ query }) => query.get("first_line"));
  expect(asked).toContain("3");
});

const verifying = {
  begun_at: "2026-11-22T12:02:00Z",
  sequence: 60,
  read_bytes: 30_000,
  bytes: 60_000,
};

const verdict: AuditVerdict = {
  outcome: "intact",
  time: "2026-11-22T12:02:01Z",
  sequence: 60,
  lines: 60,
  segments: 2,
  bytes: 60_000,
  findings: [],
  more: 0,
};

it("tells what the last verification found, and verifies when asked", async () => {
  let state: AuditChain = chain;
  let asked = 0;
  const appliance = bookOf(60, undefined, {
    "GET /audit/chain": () => {
      // The second time that it is asked how far it is, it is done.
      if (state.verifying) asked += 1;
      if (asked > 1) state = { ...chain, verdict };
      return state;
    },
    "POST /audit/verify": () => {
      state = { ...chain, verifying };
      return state;
    },
  });
  const { user } = await openPage("/book", "Book");
  expect(await screen.findByText("Not verified yet")).toBeVisible();
  expect(screen.getByText(/60 lines in 2 segments/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Verify now" }));
  expect(await screen.findByText("Verifying, 50 %")).toBeVisible();
  const done = await screen.findByText("Verified up to line 60, intact", {}, { timeout: 3_000 });
  expect(done).toBeVisible();
  expect(appliance.calls("POST /audit/verify")).toHaveLength(1);
});

it("says where the book is broken", async () => {
  const what = "the line was changed: its hash does not fit its bytes";
  const findings = [{ file: "audit-1.ndjson", line: 5, sequence: 5, what }];
  bookOf(9, undefined, {
    "GET /audit/chain": { ...chain, verdict: { ...verdict, outcome: "broken", findings, more: 2 } },
  });
  await openPage("/book", "Book");
  const alert = within(await screen.findByRole("alert"));
  expect(alert.getByText("The book is not as it was written")).toBeVisible();
  expect(alert.getByText(/line 5 \(number 5\): the line was changed/)).toBeVisible();
  expect(alert.getByText("And 2 places more.")).toBeVisible();
});

it("a checkpoint is taken when asked for, and can be kept", async () => {
  const appliance = bookOf(7);
  const { user } = await openPage("/book", "Book");
  expect(appliance.calls("GET /audit/checkpoint")).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Take a checkpoint" }));
  await user.click(await screen.findByRole("button", { name: "Download" }));
  expect(saveFile).toHaveBeenCalledWith(
    "checkpoint.json",
    "application/json",
    expect.stringContaining('"seq":7'),
  );
});

it("says so where nothing fits, and why where the book cannot be read", async () => {
  bookOf(3, () => false);
  const { user } = await openPage("/book?q=zebra", "Book");
  expect(await screen.findByText("No line fits")).toBeVisible();
  fakeAppliance({
    "GET /audit/chain": chain,
    "GET /audit/events": refusal(400, "bad_query", { detail: "code: unknown" }),
  });
  await user.type(screen.getByLabelText("Event code"), "nonsense");
  await user.click(screen.getByRole("button", { name: "Apply" }));
  expect(await screen.findByText("code: unknown")).toBeVisible();
});
