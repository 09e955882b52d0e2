import { expect, it } from "vitest";
import { commandsFor, isFound } from "./commands";

const nothing = { sites: [], datasets: [], connections: [], syncs: [] };

it("nobody is offered what they may not do", () => {
  const labels = commandsFor(["audit:read"], nothing).flatMap(({ commands }) =>
    commands.map(({ label }) => label),
  );
  expect(labels).toContain("Book");
  expect(labels).not.toContain("Datasets");
  expect(labels.some((label) => label.startsWith("New"))).toBe(false);
});

it("things are offered with what they are, and lead to their pages", () => {
  const things = {
    sites: [{ id: "w", name: "Shop" }],
    datasets: [{ id: "a/b", name: "Airports" }],
    connections: [{ id: "c", name: "Team" }],
    syncs: [{ id: "s", name: "Nightly" }],
  };
  const group = commandsFor([], things).find(({ id }) => id === "things");
  expect(group?.commands.map(({ label, note, act }) => [label, note, act])).toEqual([
    ["Shop", "Site", { to: "/sites/w" }],
    ["Airports", "Dataset", { to: "/datasets/a%2Fb" }],
    ["Team", "Connection", { to: "/connections/c" }],
    ["Nightly", "Sync", { to: "/syncs/s" }],
  ]);
});

it("a text is found by the beginnings of its words, in any order", () => {
  expect(isFound("Airports to Sandbox", "sand air")).toBe(true);
  expect(isFound("Airports to Sandbox", "ports")).toBe(false);
  expect(isFound("Airports", "")).toBe(true);
});
