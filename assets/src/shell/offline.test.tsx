import { screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { fakeAppliance } from "../testing/appliance";
import { openPage } from "../testing/open";
import { airports, run, system } from "../testing/samples";

it("an appliance that is lost is called again, and what it says is read anew", async () => {
  const appliance = fakeAppliance({
    "GET /system": system,
    "GET /setup": { needed: false },
    "GET /runs": { items: [run] },
    "GET /datasets": { items: [airports] },
  });
  const answers = globalThis.fetch;
  const { user } = await openPage("/", "Overview");
  await screen.findByRole("link", { name: "Airports to Sandbox" });
  vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 200 });
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  await user.click(screen.getByRole("link", { name: "Datasets" }));
  expect(await screen.findByText(/Weighbridge does not answer/)).toBeVisible();
  vi.stubGlobal("fetch", answers);
  await waitFor(() => expect(screen.queryByText(/Weighbridge does not answer/)).toBeNull());
  expect(await screen.findByRole("link", { name: "Airports" })).toBeVisible();
  expect(appliance.calls("GET /datasets").length).toBeGreaterThan(0);
  vi.useRealTimers();
});
