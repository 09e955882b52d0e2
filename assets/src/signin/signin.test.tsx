import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance, refusal } from "../testing/appliance";
import { openPage, seePage } from "../testing/open";
import { airports, session, system } from "../testing/samples";

const signedOut = { "GET /auth/session": refusal(401, "not_signed_in") };

it("leads back to where somebody wanted to go", async () => {
  const appliance = fakeAppliance({
    ...signedOut,
    "GET /setup": { needed: false },
    "POST /auth/login": session,
    "GET /datasets": { items: [airports] },
  });
  const { user, history } = await openPage("/datasets", "Sign in");
  await user.type(screen.getByLabelText("E-mail"), "ada@example.org");
  await user.type(screen.getByLabelText("Password"), "correct horse battery");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  await seePage("Datasets");
  expect(history.location.pathname).toBe("/datasets");
  expect(appliance.bodies("POST /auth/login")).toEqual([
    { email: "ada@example.org", password: "correct horse battery" },
  ]);
});

it("says why somebody is not let in", async () => {
  fakeAppliance({
    ...signedOut,
    "GET /setup": { needed: true },
    "POST /auth/login": refusal(401, "sign_in_failed", { detail: "Wrong, or locked." }),
  });
  const { user } = await openPage("/signin", "Sign in");
  expect(await screen.findByText(/has not been set up yet/)).toBeVisible();
  await user.type(screen.getByLabelText("E-mail"), "ada@example.org");
  await user.type(screen.getByLabelText("Password"), "wrong");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Wrong, or locked.");
});

it("comes back when a session ends under way", async () => {
  let isIn = true;
  const appliance = fakeAppliance({
    "GET /auth/session": () => (isIn ? session : refusal(401, "not_signed_in")),
    "GET /setup": { needed: false },
    "GET /system": system,
    "GET /runs": { items: [] },
    "GET /datasets": () => refusal(401, "not_signed_in"),
  });
  const { user, history } = await openPage("/", "Overview");
  isIn = false;
  await user.click(screen.getByRole("link", { name: "Datasets" }));
  await seePage("Sign in");
  expect(history.location.search).toContain("datasets");
  expect(appliance.calls("GET /datasets")).toHaveLength(1);
});
