import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance } from "../../testing/appliance";
import { openPage, seePage } from "../../testing/open";
import { airports, run, system } from "../../testing/samples";

const other = { ...airports, id: "set-2", name: "Breweries" };
const home = {
  "GET /system": system,
  "GET /runs": { items: [run] },
  "GET /datasets": { items: [airports, other] },
  "GET /connections": { items: [] },
  "GET /syncs": { items: [] },
};

it("g and d lead to the datasets, / to their search, and n to a new one", async () => {
  fakeAppliance(home);
  const { user } = await openPage("/", "Overview");
  await user.keyboard("gd");
  await seePage("Datasets");
  await screen.findByRole("link", { name: "Airports" });
  await user.keyboard("/");
  expect(screen.getByRole("searchbox")).toHaveFocus();
  await user.keyboard("gon");
  expect(screen.getByRole("searchbox")).toHaveValue("gon");
  await user.clear(screen.getByRole("searchbox"));
  screen.getByRole("heading", { level: 1 }).focus();
  await user.keyboard("n");
  await seePage("New dataset");
});

it("j and k walk the rows, and Enter opens the one that has the keyboard", async () => {
  fakeAppliance({
    ...home,
    "GET /datasets/{id}": other,
    "GET /datasets/{id}/records": { items: [] },
  });
  const { user } = await openPage("/datasets", "Datasets");
  await screen.findByRole("link", { name: "Breweries" });
  await user.keyboard("j");
  expect(screen.getByRole("link", { name: "Airports" })).toHaveFocus();
  await user.keyboard("jj");
  expect(screen.getByRole("link", { name: "Breweries" })).toHaveFocus();
  await user.keyboard("k");
  expect(screen.getByRole("link", { name: "Airports" })).toHaveFocus();
  await user.keyboard("j{Enter}");
  await seePage("Breweries");
});

it("? lists every key; single keys can be turned off there, and stay off", async () => {
  fakeAppliance(home);
  const { user } = await openPage("/", "Overview");
  await user.keyboard("?");
  const sheet = within(await screen.findByRole("dialog"));
  expect(sheet.getByText("Previous row")).toBeVisible();
  await user.click(sheet.getByRole("checkbox", { name: /Single keys/ }));
  expect(sheet.getByText(/still works/)).toBeVisible();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await user.keyboard("gd?");
  expect(screen.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(localStorage.getItem("weighbridge.shortcuts")).toBe("off");
  await user.click(screen.getByRole("button", { name: "Shortcuts" }));
  await user.click(await screen.findByRole("checkbox", { name: /Single keys/ }));
  await user.keyboard("{Escape}");
  await user.keyboard("gd");
  await seePage("Datasets");
});

it("while something is open, keys are its own", async () => {
  fakeAppliance(home);
  const { user } = await openPage("/", "Overview");
  await user.keyboard("?");
  await screen.findByRole("dialog");
  await user.keyboard("gd");
  expect(screen.getByRole("heading", { level: 1, hidden: true })).toHaveTextContent("Overview");
});
