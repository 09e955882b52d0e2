import { screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { fakeAppliance, refusal } from "../testing/appliance";
import { openPage } from "../testing/open";
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

function bookOf(count: number, exchange: (line: ReturnType<typeof lineOf>) => unknown = (l) => l) {
  return fakeAppliance({
    "GET /audit/events": ({ query }: { query: URLSearchParams }) => {
      const newest = Math.min(Number(query.get("before") ?? count + 1) - 1, count);
      const oldest = Math.max(newest - Number(query.get("limit")), 0);
      const length = Math.max(newest - oldest, 0);
      return {
        items: Array.from({ length }, (_, index) => exchange(lineOf(newest - index))),
        next: oldest > 0 ? oldest + 1 : undefined,
      };
    },
    "GET /audit/checkpoint": {
      log: "log",
      seq: count,
      hash: "hash",
      time: "2026-11-22T12:00:00Z",
      key: "key",
      signature: "signature",
    },
  });
}

it("shows the newest lines first, and older ones on demand", async () => {
  const appliance = bookOf(60);
  const { user } = await openPage("/book", "Book");
  expect(await screen.findByText("Act 60")).toBeVisible();
  expect(screen.getByText("49 links in view, none broken")).toBeVisible();
  expect(screen.queryByText("Act 10")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Show older events" }));
  expect(await screen.findByText("Act 10")).toBeVisible();
  expect(appliance.calls("GET /audit/events").at(-1)?.query.get("before")).toBe("11");
});

it("a narrowed book looks on by itself until it has found enough, and says how far it looked", async () => {
  bookOf(1_200);
  const { user, history } = await openPage("/book?outcome=refused", "Book");
  expect(await screen.findByText("50 lines of 500 lines looked at")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Look further back" }));
  expect(await screen.findByText("100 lines of 1,000 lines looked at")).toBeVisible();
  await user.type(screen.getByRole("searchbox"), "set 2");
  await waitFor(() => expect(history.location.search).toContain("q=set+2"));
});

it("a time is found without reading all that came later", async () => {
  const appliance = bookOf(3_000);
  const until = new Date(noon + 700_000).toISOString();
  const from = new Date(noon + 698_000).toISOString();
  await openPage(`/book?until=${until}&from=${from}`, "Book");
  expect(await screen.findByText("Act 700")).toBeVisible();
  expect(screen.getAllByRole("row")).toHaveLength(4);
  const large = appliance
    .calls("GET /audit/events")
    .filter(({ query }) => query.get("limit") !== "1");
  expect(large).toHaveLength(1);
  expect(large[0]?.query.get("before")).toBe("701");
});

it("a code and a time are applied together and stand in the address", async () => {
  const appliance = bookOf(5);
  const { user, history } = await openPage("/book", "Book");
  await user.type(screen.getByLabelText("Event code"), "WB-DATA-004");
  await user.type(screen.getByLabelText("From"), "2026-11-22T11:00");
  await user.click(screen.getByRole("button", { name: "Apply" }));
  await waitFor(() => expect(history.location.search).toContain("code=WB-DATA-004&from=2026"));
  expect(appliance.calls("GET /audit/events").at(-1)?.query.get("code")).toBe("WB-DATA-004");
  await user.click(await screen.findByRole("button", { name: "Show all" }));
  await waitFor(() => expect(history.location.search).toBe(""));
});

it("a line is read out, shown as it was written, and its request and object can be followed", async () => {
  bookOf(12);
  const { user, history } = await openPage("/book?line=10", "Book");
  const sheet = within(await screen.findByRole("dialog"));
  expect(await sheet.findByText("Act 10")).toBeVisible();
  expect(sheet.getByText("REFUSED")).toBeVisible();
  expect(sheet.getByText("It is the hash of line 9")).toBeVisible();
  expect(sheet.getByText(/"event_code": "WB-DATA-004"/)).toBeInTheDocument();
  await user.click(sheet.getByRole("button", { name: "Line before" }));
  expect(await sheet.findByText("Act 9")).toBeVisible();
  await user.click(sheet.getByRole("link", { name: "Follow this dataset" }));
  await waitFor(() => expect(history.location.search).toBe("?object=set-0"));
  expect(await screen.findByText("4 lines of 12 lines looked at")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "No longer follow the object" }));
  await user.click(await screen.findByRole("button", { name: "5" }));
  await user.click(await screen.findByRole("link", { name: "Follow this request" }));
  await waitFor(() => expect(history.location.search).toBe(`?request=${request}`));
});

it("a line that is not in view is read by itself", async () => {
  const appliance = bookOf(500);
  await openPage("/book?line=3", "Book");
  expect(await within(await screen.findByRole("dialog")).findByText("Act 3")).toBeVisible();
  const befores = appliance.calls("GET /audit/events").map(({ query }) => query.get("before"));
  expect(befores).toContain("4");
});

it("says where the chain is broken", async () => {
  bookOf(9, (line) =>
    line.metadata.sequence === 5
      ? { ...line, unmapped: { ...line.unmapped, chain: { prev: "hash-4", hash: "forged" } } }
      : line,
  );
  await openPage("/book", "Book");
  expect(await screen.findByText("The chain is broken between lines 5 and 6")).toBeVisible();
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
  bookOf(3);
  const { user } = await openPage("/book?q=zebra", "Book");
  expect(await screen.findByText("No line fits")).toBeVisible();
  fakeAppliance({ "GET /audit/events": refusal(400, "bad_query", { detail: "code: unknown" }) });
  await user.type(screen.getByLabelText("Event code"), "nonsense");
  await user.click(screen.getByRole("button", { name: "Apply" }));
  expect(await screen.findByText("code: unknown")).toBeVisible();
});
