import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { chosenTheme } from "../shell/theme";
import { fakeAppliance, refusal } from "../testing/appliance";
import { openPage } from "../testing/open";

it("changes the password, and keeps none in the form", async () => {
  const appliance = fakeAppliance({ "PUT /auth/password": undefined });
  const { user } = await openPage("/account", "Your account");
  await user.type(screen.getByLabelText("Present password"), "old words of mine");
  await user.type(screen.getByLabelText("New password"), "new words of mine");
  await user.click(screen.getByRole("button", { name: "Change password" }));
  expect(await screen.findByText("The password is changed.")).toBeVisible();
  expect(screen.getByLabelText("New password")).toHaveValue("");
  expect(appliance.bodies("PUT /auth/password")).toEqual([
    { current: "old words of mine", new: "new words of mine" },
  ]);
});

it("says why a password is not taken", async () => {
  fakeAppliance({
    "PUT /auth/password": refusal(422, "validation_failed", {
      fields: [{ path: "new", message: "It is on a list of leaked passwords." }],
    }),
  });
  const { user } = await openPage("/account", "Your account");
  await user.type(screen.getByLabelText("Present password"), "old");
  await user.type(screen.getByLabelText("New password"), "password");
  await user.click(screen.getByRole("button", { name: "Change password" }));
  expect(await screen.findByText("It is on a list of leaked passwords.")).toBeVisible();
});

it("remembers the theme in this browser", async () => {
  fakeAppliance({});
  const { user } = await openPage("/account", "Your account");
  await user.click(screen.getByRole("radio", { name: "Dark" }));
  expect([document.documentElement.dataset.theme, chosenTheme()]).toEqual(["dark", "dark"]);
  await user.click(screen.getByRole("radio", { name: "As the system has it" }));
  expect(document.documentElement.dataset.theme).toBeUndefined();
});
