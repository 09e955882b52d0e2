import { expect, it } from "vitest";
import { readLine } from "./line";

const line = {
  time: 1_795_320_900_000,
  message: "Dataset created",
  status_id: 1,
  actor: { user: { name: "ada@example.org" } },
  entity: { name: "Airports", type: "dataset" },
  metadata: { sequence: 7, event_code: "WB-DATA-001" },
};

it("finds what a reader wants to see first", () => {
  expect(readLine(line)).toEqual({
    sequence: 7,
    time: "2026-11-22T04:15:00.000Z",
    code: "WB-DATA-001",
    what: "Dataset created",
    thing: "Airports",
    who: "ada@example.org",
    end: "done",
  });
});

it("finds the object wherever its class keeps it, and the program that acted by itself", () => {
  const read = readLine({
    ...line,
    entity: undefined,
    resources: [{ name: "Airports to Sandbox" }],
    actor: { app_name: "weighbridge run" },
  });
  expect([read.thing, read.who]).toEqual(["Airports to Sandbox", "weighbridge run"]);
  expect(readLine({ ...line, entity: undefined, user: { name: "bob" } }).thing).toBe("bob");
});

it("leaves empty what an event does not have", () => {
  expect(readLine({ metadata: { sequence: 1 }, status_id: 2, actor: "odd" })).toEqual({
    sequence: 1,
    time: undefined,
    code: "",
    what: "",
    thing: "",
    who: "",
    end: "refused",
  });
  expect(readLine({ status_id: 0 }).end).toBe("open");
});
