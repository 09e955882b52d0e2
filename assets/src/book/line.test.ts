import { expect, it } from "vitest";
import { readLine } from "./line";

it("finds what a reader wants to see first", () => {
  const line = {
    time: 1_795_320_900_000,
    message: "Ada signed in",
    status_id: 1,
    actor: { user: { email_addr: "ada@example.org" } },
    metadata: { sequence: 7, event_code: "authn_login_success" },
  };
  expect(readLine(line)).toEqual({
    sequence: 7,
    time: "2026-11-22T04:15:00.000Z",
    code: "authn_login_success",
    what: "Ada signed in",
    who: "ada@example.org",
    hasFailed: false,
  });
});

it("leaves empty what an event does not have", () => {
  expect(readLine({ metadata: { sequence: 1 }, status_id: 2, actor: "odd" })).toMatchObject({
    time: undefined,
    who: "",
    what: "",
    hasFailed: true,
  });
});
