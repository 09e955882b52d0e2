import { expect, it } from "vitest";
import { readLine } from "./line";

const line = {
  time: 1_795_320_900_000,
  message: "Dataset created",
  status_id: 1,
  actor: { user: { name: "ada@example.org" } },
  entity: { uid: "set-1", name: "Airports", type: "dataset" },
  src_endpoint: { ip: "192.0.2.7", port: 4711 },
  http_request: {
    uid: "req-1",
    http_method: "POST",
    url: { path: "/api/v1/datasets" },
    user_agent: "curl/8",
  },
  metadata: { sequence: 7, event_code: "WB-DATA-001", correlation_uid: "req-1" },
  unmapped: {
    counts: { records: 3 },
    details: { changed_fields: ["name"] },
    comment: "as agreed",
    chain: { seq: 7, prev: "aa", hash: "bb" },
  },
};

it("finds what a reader wants to see", () => {
  expect(readLine(line)).toEqual({
    sequence: 7,
    time: "2026-11-22T04:15:00.000Z",
    code: "WB-DATA-001",
    what: "Dataset created",
    thing: "Airports",
    who: "ada@example.org",
    end: "done",
    reason: "",
    things: [{ id: "set-1", kind: "dataset", name: "Airports" }],
    request: "req-1",
    call: "POST /api/v1/datasets",
    place: "192.0.2.7",
    agent: "curl/8",
    facts: [
      ["records", "3"],
      ["changed fields", '["name"]'],
      ["comment", "as agreed"],
    ],
    chain: { prev: "aa", hash: "bb" },
  });
});

it("finds the objects wherever their class keeps them, and the program that acted by itself", () => {
  const read = readLine({
    ...line,
    entity: undefined,
    resources: [{ name: "Airports to Sandbox" }],
    actor: { app_name: "weighbridge run" },
  });
  expect([read.thing, read.who]).toEqual(["Airports to Sandbox", "weighbridge run"]);
  expect(readLine({ ...line, entity: undefined, user: { uid: "u", name: "bob" } }).things).toEqual([
    { id: "u", kind: "user", name: "bob" },
  ]);
  const start = readLine({ unmapped: { actor: { user: { name: "system" } } } });
  expect(start.who).toBe("system");
});

it("leaves empty what an event does not have", () => {
  expect(readLine({ metadata: { sequence: 1 }, status_id: 2, actor: "odd" })).toMatchObject({
    sequence: 1,
    time: undefined,
    code: "",
    thing: "",
    who: "",
    end: "refused",
    things: [],
    facts: [],
    chain: { prev: "", hash: "" },
  });
  expect(readLine({ status_id: 0 }).end).toBe("open");
});

it("says why an act was refused", () => {
  const refused = { ...line, status_id: 2, status_code: "INVALID_CREDENTIALS" };
  expect(readLine(refused).reason).toBe("INVALID_CREDENTIALS");
  expect(readLine({ ...refused, status_detail: "Wrong password." }).reason).toBe("Wrong password.");
});
