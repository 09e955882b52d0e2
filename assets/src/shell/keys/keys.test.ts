import { expect, it } from "vitest";
import { account, menuFor } from "../navigation";
import { patienceMs, readKey, shortcutsFor } from "./keys";

const places = [...menuFor(["dataset:read", "sync:read"]), account];

it("a g and a letter in time lead to a place; anything else forgets the g", () => {
  const first = readKey("g", 1_000, {}, places);
  expect(first.wish).toBeUndefined();
  expect(readKey("d", 1_000 + patienceMs, first.begun, places).wish).toEqual({
    kind: "go",
    to: "/datasets",
  });
  expect(readKey("d", 1_001 + patienceMs, first.begun, places).wish).toBeUndefined();
  expect(readKey("n", 1_100, first.begun, places)).toEqual({ begun: {} });
});

it("a place that somebody may not see has no key", () => {
  const { begun } = readKey("g", 0, {}, places);
  expect(readKey("u", 1, begun, places).wish).toBeUndefined();
  const [, , go] = shortcutsFor(places);
  expect(go?.shortcuts.map(({ label }) => label)).not.toContain("Users");
});

it("no two places share a key, and the help sheet names every key that does something", () => {
  const all = menuFor([
    "dataset:read",
    "connection:read",
    "sync:read",
    "user:manage",
    "audit:read",
  ]);
  const keys = [...all, account].map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  const named = shortcutsFor(places).flatMap(({ shortcuts }) => shortcuts.map(({ keys }) => keys));
  for (const key of ["/", "n", "?", "j", "k"]) {
    expect(readKey(key, 0, {}, places).wish).toBeDefined();
    expect(named).toContainEqual([key]);
  }
});
