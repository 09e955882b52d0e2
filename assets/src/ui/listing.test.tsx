import { screen, waitFor, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance } from "../testing/appliance";
import { openPage } from "../testing/open";
import { airports, session } from "../testing/samples";

const sets = [
  { ...airports, id: "a", name: "Airports", records: 3_376 },
  { ...airports, id: "b", name: "Breweries", records: 12 },
  { ...airports, id: "c", name: "Cities", records: 900 },
];

async function names() {
  const table = within(await screen.findByRole("table"));
  return table.getAllByRole("rowheader").map(({ textContent }) => textContent);
}

it("what is searched and how it is sorted stands in the address, and is read from there", async () => {
  fakeAppliance({ "GET /datasets": { items: sets } });
  const { user, history } = await openPage("/datasets", "Datasets");
  await user.type(await screen.findByRole("searchbox"), "i");
  await user.click(screen.getByRole("button", { name: "Records" }));
  await waitFor(() => expect(history.location.search).toBe("?q=i&sort=records"));
  expect(await names()).toEqual(["Breweries", "Cities", "Airports"]);
  await user.type(screen.getByRole("searchbox"), "ties");
  await waitFor(async () => expect(await names()).toEqual(["Cities"]));
  expect(screen.getByText("1 of 3 datasets")).toBeVisible();
});

it("an address opens the view that it says", async () => {
  fakeAppliance({ "GET /datasets": { items: sets } });
  await openPage("/datasets?sort=-records", "Datasets");
  await screen.findByRole("link", { name: "Airports" });
  expect(await names()).toEqual(["Airports", "Cities", "Breweries"]);
  expect(screen.getByRole("columnheader", { name: "Records" })).toHaveAttribute(
    "aria-sort",
    "descending",
  );
});

it("a search that finds nothing can be cleared", async () => {
  fakeAppliance({ "GET /datasets": { items: sets } });
  const { user } = await openPage("/datasets?q=zebra", "Datasets");
  expect(await screen.findByText("No dataset fits")).toBeVisible();
  await user.click(screen.getAllByRole("button", { name: "Clear the search" })[0] as HTMLElement);
  expect(await screen.findByRole("link", { name: "Cities" })).toBeVisible();
  expect(screen.getByRole("searchbox")).toHaveValue("");
});

it("a long list goes on where it was cut", async () => {
  fakeAppliance({
    "GET /datasets": ({ query }: { query: URLSearchParams }) =>
      query.get("after") ? { items: sets.slice(2) } : { items: sets.slice(0, 2), next: "more" },
  });
  const { user } = await openPage("/datasets", "Datasets");
  expect(await screen.findByText("the first 2 datasets")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Show more datasets" }));
  expect(await screen.findByRole("link", { name: "Cities" })).toBeVisible();
});

it("who may only read is not led to a new one", async () => {
  const reader = { ...session, permissions: ["dataset:read"] };
  fakeAppliance({ "GET /auth/session": reader, "GET /datasets": { items: [] } });
  await openPage("/datasets", "Datasets");
  expect(await screen.findByText("No datasets yet")).toBeVisible();
  expect(screen.queryByRole("link", { name: "New dataset" })).toBeNull();
});
