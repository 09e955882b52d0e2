import { screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { openPage, seePage } from "../../testing/open";
import { airports, sandboxConnection, session, sync, system } from "../../testing/samples";

const home = {
  "GET /system": system,
  "GET /runs": { items: [] },
  "GET /datasets": { items: [airports] },
  "GET /connections": { items: [sandboxConnection] },
  "GET /syncs": { items: [sync] },
};

async function openPalette() {
  const opened = await openPage("/", "Overview");
  await opened.user.keyboard("{Control>}k{/Control}");
  await waitFor(() => expect(screen.getByRole("searchbox", { name: "Find" })).toHaveFocus());
  return opened;
}

it("finds a thing by its name and leads there", async () => {
  fakeAppliance({ ...home, "GET /datasets/{id}": airports });
  const { user } = await openPalette();
  await screen.findByRole("menuitem", { name: "Airports Dataset" });
  await user.keyboard("airports");
  await user.keyboard("{Enter}");
  await seePage("Airports");
  expect(screen.queryByRole("dialog")).toBeNull();
});

it("says so where nothing is called that, and closes with Escape", async () => {
  fakeAppliance(home);
  const { user } = await openPalette();
  await user.keyboard("zebra");
  expect(await screen.findByText("Nothing is called that.")).toBeVisible();
  await user.keyboard("{Escape}{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

it("changes the theme, opens the help, and signs out", async () => {
  let isIn = true;
  fakeAppliance({
    ...home,
    "GET /setup": { needed: false },
    "GET /auth/session": () => (isIn ? session : refusal(401, "not_signed_in")),
    "POST /auth/logout": () => {
      isIn = false;
    },
  });
  const { user } = await openPalette();
  await user.click(await screen.findByRole("menuitem", { name: /Dark theme/ }));
  expect(document.documentElement.dataset.theme).toBe("dark");
  await user.click(screen.getByRole("button", { name: /^Find/ }));
  await user.click(await screen.findByRole("menuitem", { name: /Keyboard shortcuts/ }));
  expect(await screen.findByText("Previous row")).toBeVisible();
  await user.keyboard("{Escape}");
  await user.click(await screen.findByRole("button", { name: /^Find/ }));
  await user.click(await screen.findByRole("menuitem", { name: /Sign out/ }));
  await seePage("Sign in");
});
