import { expect, it } from "vitest";
import { fits, goesOn, spanOfRequest } from "./filter";
import { readLine } from "./line";

const entry = readLine({
  time: Date.parse("2026-11-22T04:15:00Z"),
  message: "A dataset was created.",
  status_id: 1,
  class_uid: 6003,
  activity_id: 2,
  actor: { user: { name: "ada@example.org" } },
  resources: [{ uid: "set-1", type: "dataset", name: "Airports" }],
  metadata: { sequence: 7, event_code: "WB-DATA-001", correlation_uid: "req-1" },
});

it.each([
  [{}, true],
  [{ q: "ADA airports" }, true],
  [{ q: "ada breweries" }, false],
  [{ outcome: "done" }, true],
  [{ outcome: "refused" }, false],
  [{ reads: "no" }, false],
  [{ request: "req-1" }, true],
  [{ request: "req-2" }, false],
  [{ object: "set-1" }, true],
  [{ object: "set-2" }, false],
  [{ from: "2026-11-22T04:15:00.000Z", until: "2026-11-22T04:15:00.000Z" }, true],
  [{ from: "2026-11-22T04:15:01.000Z" }, false],
  [{ until: "2026-11-22T04:14:59.000Z" }, false],
] as const)("%j fits: %s", (search, expected) => {
  expect(fits(entry, search)).toBe(expected);
});

it("a request's id tells when its lines were written", () => {
  const id = "01a218e6-1198-7f66-ad38-c35b1dcf0d7d";
  const span = spanOfRequest(id);
  const begun = 0x01a218e61198;
  expect(span?.from).toBe(new Date(begun - 1_000).toISOString());
  expect(Date.parse(span?.until ?? "")).toBeGreaterThan(begun);
  expect(spanOfRequest("req-1")).toBeUndefined();
});

it("the search goes on by itself until there is enough, or it has looked at enough", () => {
  const progress = { found: 0, wanted: 50, looked: 500, mayLook: 5_000, isMore: true };
  expect(goesOn(progress)).toBe(true);
  expect(goesOn({ ...progress, found: 50 })).toBe(false);
  expect(goesOn({ ...progress, looked: 5_000 })).toBe(false);
  expect(goesOn({ ...progress, isMore: false })).toBe(false);
});
