import { expect, it } from "vitest";
import { expiryOf } from "./expiry";
import { describeScopes, scopesFor } from "./scopes";

const now = new Date("2026-11-22T04:15:00.000Z");

it("a lifetime counts from now", () => {
  expect(expiryOf("30", "", now).toISOString()).toBe("2026-12-22T04:15:00.000Z");
});

it("a day of one's own is used to its end", () => {
  const end = expiryOf("date", "2026-12-24", now);
  expect([end.getDate(), end.getHours(), end.getMinutes()]).toEqual([24, 23, 59]);
});

it("nobody is offered more for a token than they may do themselves", () => {
  expect(scopesFor(["dataset:read", "audit:read"])).toEqual([
    { label: "Datasets", scopes: [{ value: "dataset:read", label: "Read" }] },
    { label: "Book", scopes: [{ value: "audit:read", label: "Read" }] },
  ]);
});

it("says in words what a token may do", () => {
  expect(describeScopes(["sync:run", "dataset:read", "dataset:write"])).toBe(
    "Datasets: read, change; Syncs: run",
  );
});
