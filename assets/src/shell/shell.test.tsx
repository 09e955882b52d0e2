import { screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { fakeAppliance, refusal } from "../testing/appliance";
import { openPage, seePage } from "../testing/open";
import { airports, run, session, system } from "../testing/samples";

const home = { "GET /system": system, "GET /runs": { items: [run] } };

it("shows what is there and what ran last", async () => {
  fakeAppliance(home);
  await openPage("/", "Overview");
  expect(await screen.findByRole("link", { name: "Airports to Sandbox" })).toBeVisible();
  expect(screen.getByText("Done, with refusals")).toBeVisible();
  expect(document.title).toBe("Overview · Weighbridge");
});

it("teaches whoever opens an empty appliance", async () => {
  const counts = { datasets: 0, records: 0, connections: 0, syncs: 0, runs: 0 };
  fakeAppliance({ "GET /system": { ...system, counts }, "GET /runs": { items: [] } });
  await openPage("/", "Overview");
  expect(await screen.findByRole("link", { name: "New dataset" })).toBeVisible();
});

it("leaves out of the menu what somebody may not do", async () => {
  const auditor = { ...session, permissions: ["audit:read", "system:read"] };
  fakeAppliance({ ...home, "GET /auth/session": auditor });
  await openPage("/", "Overview");
  const menu = within(screen.getByRole("navigation", { name: "Main" }));
  expect(menu.getAllByRole("link").map(({ textContent }) => textContent)).toEqual([
    "Overview",
    "Book",
    "System",
    "API",
  ]);
  expect(screen.getByText(/not into its records/)).toBeVisible();
});

it("moves the keyboard to the heading of the next page and closes the menu", async () => {
  fakeAppliance({ ...home, "GET /datasets": { items: [airports] } });
  const { user } = await openPage("/", "Overview");
  const toggle = screen.getByRole("button", { name: "Menu" });
  await user.click(toggle);
  expect(toggle).toHaveAttribute("aria-expanded", "true");
  await user.click(screen.getByRole("link", { name: "Datasets" }));
  const heading = await seePage("Datasets");
  await waitFor(() => expect(heading).toHaveFocus());
  expect(toggle).toHaveAttribute("aria-expanded", "false");
});

it("signs out", async () => {
  let isIn = true;
  const appliance = fakeAppliance({
    ...home,
    "GET /setup": { needed: false },
    "GET /auth/session": () => (isIn ? session : refusal(401, "not_signed_in")),
    "POST /auth/logout": () => {
      isIn = false;
    },
  });
  const { user } = await openPage("/", "Overview");
  await user.click(screen.getByRole("button", { name: "Sign out" }));
  await seePage("Sign in");
  const [call] = appliance.calls("POST /auth/logout");
  expect(call?.headers.get("x-csrf-token")).toBe("csrf-of-ada");
});

it("says so where an address leads nowhere", async () => {
  fakeAppliance(home);
  await openPage("/nowhere", "There is no such page");
});

it("says so where the appliance refuses even the session", async () => {
  vi.spyOn(console, "error").mockReturnValue();
  vi.spyOn(console, "warn").mockReturnValue();
  fakeAppliance({ ...home, "GET /auth/session": refusal(500, "internal") });
  await openPage("/", "Weighbridge does not answer");
});
