import { renderHook, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance } from "../testing/appliance";
import { openPage } from "../testing/open";
import { run, sync } from "../testing/samples";
import { useOnce } from "./once";

it("the same wish has the same key, another wish and another form have others", () => {
  const once = renderHook(() => useOnce()).result.current;
  const first = once({ name: "a" });
  expect(once({ name: "a" })).toEqual(first);
  expect(once({ name: "b" })).not.toEqual(first);
  expect(renderHook(() => useOnce()).result.current({ name: "a" })).not.toEqual(first);
  expect(first["Idempotency-Key"]).toMatch(/^[0-9a-f]{32}$/);
});

it("a double click asks for one thing, by one key", async () => {
  const appliance = fakeAppliance({
    "GET /syncs/{id}": sync,
    "GET /runs": { items: [] },
    "POST /syncs/{id}/runs": run,
    "GET /runs/{id}": run,
    "GET /runs/{id}/outcomes": { items: [] },
  });
  const { user } = await openPage("/syncs/sync-1", sync.name);
  await user.dblClick(screen.getByRole("button", { name: "Run now" }));
  await screen.findByRole("heading", { level: 1, name: `Run of ${sync.name}` });
  const keys = appliance
    .calls("POST /syncs/{id}/runs")
    .map(({ headers }) => headers.get("idempotency-key"));
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
});
