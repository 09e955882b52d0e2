import { screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { fakeAppliance, refusal } from "../testing/appliance";
import { openPage, seePage } from "../testing/open";
import { airports, session, system } from "../testing/samples";

it("a page that breaks leaves the rest alone, can be tried again, and has a way out", async () => {
  vi.spyOn(console, "error").mockReturnValue();
  vi.spyOn(console, "warn").mockReturnValue();
  let items: unknown = [{ ...airports, fields: null }];
  fakeAppliance({
    "GET /datasets": () => ({ items }),
    "GET /system": system,
    "GET /runs": { items: [] },
  });
  const { user } = await openPage("/datasets", "This page could not be shown");
  expect(screen.getByRole("navigation", { name: "Main" })).toBeVisible();
  expect(screen.getByText("Something went wrong on this page")).toBeVisible();
  items = [airports];
  await user.click(screen.getByRole("link", { name: "Back to the overview" }));
  await seePage("Overview");
});

it("a refusal names its request, which can be copied for whoever helps", async () => {
  const instance = "01a218e6-1198-7f66-ad38-c35b1dcf0d7d";
  fakeAppliance({ "GET /syncs/{id}": refusal(404, "not_found", { instance }) });
  const { user } = await openPage("/syncs/gone", "Nothing to show");
  const write = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
  await user.click(screen.getByRole("button", { name: "Copy its id" }));
  expect(write).toHaveBeenCalledWith(instance);
  expect(await screen.findByText("Copied the request’s id.")).toBeVisible();
  write.mockRejectedValue(new DOMException("no", "NotAllowedError"));
  await user.click(screen.getByRole("button", { name: "Copy its id" }));
  expect(await screen.findByText(/did not let/)).toBeVisible();
});

it("a page that the user's roles do not open asks for nothing and says why it stays shut", async () => {
  const auditor = { ...session, permissions: ["audit:read"] };
  const appliance = fakeAppliance({ "GET /auth/session": auditor });
  await openPage("/connections/new", "Your roles do not open this page");
  expect(screen.getByRole("link", { name: "your account" })).toBeVisible();
  expect(screen.queryByRole("textbox")).toBeNull();
  expect(appliance.calls("GET /connections")).toEqual([]);
});
