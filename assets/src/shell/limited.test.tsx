import { screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance, refusal } from "../testing/appliance";
import { openPage } from "../testing/open";
import { airports, sync } from "../testing/samples";

function limited(limit: string, seconds: number): Response {
  const response = refusal(429, "rate_limited", { limit });
  response.headers.set("retry-after", `${seconds}`);
  return response;
}

it("names the limit that was met, and reads on by itself once it opens", async () => {
  let isShut = true;
  fakeAppliance({
    "GET /datasets": () => {
      if (!isShut) return { items: [airports] };
      isShut = false;
      return limited("api_calls", 1);
    },
  });
  await openPage("/datasets", "Datasets");
  expect(await screen.findByText(/The limit “api calls” is used up/)).toBeVisible();
  expect(await screen.findByRole("link", { name: "Airports" })).toBeVisible();
  await waitFor(() => expect(screen.queryByText(/“api calls” is used up/)).toBeNull());
});

it("a change waits for a limit that opens soon, and is made once", async () => {
  let isShut = true;
  const appliance = fakeAppliance({
    "PUT /auth/password": () => {
      if (!isShut) return undefined;
      isShut = false;
      return limited("api_calls", 1);
    },
  });
  const { user } = await openPage("/account", "Your account");
  await user.type(screen.getByLabelText("Present password"), "old words of mine");
  await user.type(screen.getByLabelText("New password"), "new words of mine");
  await user.click(screen.getByRole("button", { name: "Change password" }));
  expect(await screen.findByText("The password is changed.")).toBeVisible();
  expect(appliance.calls("PUT /auth/password")).toHaveLength(2);
});

it("a limit that stays shut is told of, and not tried behind one's back", async () => {
  const appliance = fakeAppliance({
    "GET /syncs/{id}": sync,
    "GET /runs": { items: [] },
    "POST /syncs/{id}/runs": () => limited("sync_starts", 90),
  });
  const { user } = await openPage("/syncs/sync-1", sync.name);
  await user.click(screen.getByRole("button", { name: "Run now" }));
  expect(await screen.findByText("The limit “sync starts” is used up")).toBeVisible();
  expect(screen.getByText(/It opens in 1 min (30|29) s. Nothing was done./)).toBeVisible();
  expect(appliance.calls("POST /syncs/{id}/runs")).toHaveLength(1);
});

it("a list that a limit keeps shut can be tried again when it opens, and no sooner", async () => {
  fakeAppliance({ "GET /syncs/{id}": () => limited("api_calls", 31) });
  await openPage("/syncs/sync-1", "Nothing to show");
  expect(await screen.findByRole("button", { name: "Try again" })).toBeDisabled();
});
