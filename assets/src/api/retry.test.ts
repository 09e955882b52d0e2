import { expect, it } from "vitest";
import { ApiProblem, Unreachable } from "./problem";
import { isWorthRetrying, isWorthSendingAgain, retryDelayMs } from "./retry";

const problem = (status: number, code = "x", retryAfterMs?: number) =>
  new ApiProblem({ type: "", title: "", status, code }, retryAfterMs);

it.each([
  ["an appliance out of reach", new Unreachable("down"), true],
  ["an audit log that cannot be written", problem(503), true],
  ["a limit that was met", problem(429), true],
  ["a limit that stays shut for long", problem(429, "rate_limited", 60_000), false],
  ["what does not exist", problem(404), false],
  ["a vendor's refusal, which was tried again already", problem(502, "provider_failed"), false],
  ["an error of the page's own", new Error("bug"), false],
])("%s: tried again? %s", (_, error, again) => {
  expect(isWorthRetrying(0, error)).toBe(again);
});

it("gives up after the fourth try", () => {
  expect(isWorthRetrying(4, new Unreachable("down"))).toBe(false);
});

it("waits longer each time, but never longer than half a minute", () => {
  const waits = [0, 1, 2, 9].map((failures) => retryDelayMs(failures, new Unreachable("down")));
  expect(waits).toEqual([500, 1_000, 2_000, 30_000]);
});

it("waits as long as the appliance asked", () => {
  expect(retryDelayMs(0, problem(429, "rate_limited", 12_000))).toBe(12_000);
});

it.each([
  ["a limit that opens soon", problem(429, "rate_limited", 1_000), true],
  ["a limit that stays shut for a while", problem(429, "rate_limited", 20_000), false],
  ["no answer, after which nobody knows", new Unreachable("down"), false],
  ["a proxy that gave up", problem(502), false],
])("a change is sent again after %s: %s", (_, error, again) => {
  expect(isWorthSendingAgain(0, error)).toBe(again);
  expect(isWorthSendingAgain(4, error)).toBe(false);
});
