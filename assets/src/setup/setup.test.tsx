import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance, refusal } from "../testing/appliance";
import { openPage, seePage } from "../testing/open";
import { session, system } from "../testing/samples";

async function fillIn(user: Awaited<ReturnType<typeof openPage>>["user"]) {
  await user.type(screen.getByLabelText("Your name"), "Ada");
  await user.type(screen.getByLabelText("E-mail"), "ada@example.org");
  await user.type(screen.getByLabelText("Password"), "correct horse battery");
  await user.click(screen.getByRole("button", { name: /Set up/ }));
}

it("takes the token out of the link, and out of sight", async () => {
  const appliance = fakeAppliance({
    "POST /setup": session,
    "GET /system": { ...system, counts: { ...system.counts, datasets: 0 } },
    "GET /runs": { items: [] },
  });
  const { user, history } = await openPage("/setup#token=s3cret", "Set up Weighbridge");
  expect(history.location.hash).toBe("");
  expect(screen.queryByLabelText("Set-up token")).toBeNull();
  await fillIn(user);
  await seePage("Overview");
  expect(appliance.bodies("POST /setup")).toEqual([
    {
      token: "s3cret",
      name: "Ada",
      email: "ada@example.org",
      password: "correct horse battery",
    },
  ]);
});

it("asks for the token where the link has none, and shows what is wrong with it", async () => {
  fakeAppliance({
    "POST /setup": refusal(422, "validation_failed", {
      fields: [{ path: "password", message: "At least 15 characters." }],
    }),
  });
  const { user } = await openPage("/setup", "Set up Weighbridge");
  await user.type(screen.getByLabelText("Set-up token"), "s3cret");
  await fillIn(user);
  expect(await screen.findByText("At least 15 characters.")).toBeVisible();
});

it("sends to the sign-in whoever comes late", async () => {
  fakeAppliance({ "POST /setup": refusal(409, "setup_done") });
  const { user } = await openPage("/setup#token=s3cret", "Set up Weighbridge");
  await fillIn(user);
  expect(await screen.findByText(/has been set up already/)).toBeVisible();
});
