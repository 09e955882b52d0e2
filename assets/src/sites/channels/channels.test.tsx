import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import type { ChannelRule } from "../../api/types";
import { fakeAppliance, refusal } from "../../testing/appliance";
import { choose, openPage } from "../../testing/open";
import { reportOf, shop } from "../testing";

const page = `/sites/${shop.id}/settings`;
const title = "Shop: Settings";
const rules: ChannelRule[] = [
  { channel: "email", filters: [{ dimension: "source", operator: "is", values: ["mailchimp"] }] },
  {
    channel: "affiliates",
    filters: [{ dimension: "referrer", operator: "contains", values: ["partner"] }],
  },
];

function serve(site = shop) {
  return fakeAppliance({
    "GET /sites/{id}": site,
    "PATCH /sites/{id}": site,
    "POST /sites/{id}/reports": reportOf(["mailchimp"]),
  });
}

it("a rule is made of a channel and what it is known by", async () => {
  const appliance = serve();
  const { user } = await openPage(page, title);
  await user.click(await screen.findByRole("button", { name: "Add a rule" }));
  const save = screen.getByRole("button", { name: "Save the rules" });
  expect(save).toBeDisabled();
  expect(screen.getByText("Each rule needs a filter.")).toBeVisible();
  await choose(user, /Channel of rule 1/, "Affiliates");
  const when = within(screen.getByRole("region", { name: "When rule 1 fits" }));
  await user.click(when.getByRole("button", { name: "Add a filter" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect(dialog.getByRole("button", { name: /Only visits whose/ })).toHaveTextContent("Source");
  await user.type(dialog.getByLabelText("Values, one a line"), "partner-net");
  await user.click(dialog.getByRole("button", { name: "Apply" }));
  await user.click(save);
  expect(await screen.findByText("The rules are saved.")).toBeVisible();
  expect(appliance.bodies("PATCH /sites/{id}")).toEqual([
    {
      channel_rules: [
        {
          channel: "affiliates",
          filters: [{ dimension: "source", operator: "is", values: ["partner-net"] }],
        },
      ],
    },
  ]);
});

it("rules are tried in their order, which can be changed, and they can be removed", async () => {
  const appliance = serve({ ...shop, channel_rules: rules });
  const { user } = await openPage(page, title);
  expect(await screen.findByText("Source is mailchimp")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Try rule 2 earlier" }));
  await user.click(screen.getByRole("button", { name: "Save the rules" }));
  expect(await screen.findByText("The rules are saved.")).toBeVisible();
  expect(appliance.bodies("PATCH /sites/{id}")).toEqual([{ channel_rules: [rules[1], rules[0]] }]);
  await user.click(screen.getByRole("button", { name: "Remove rule 1" }));
  expect(screen.queryByText("Referrer contains partner")).toBeNull();
});

it("rules that somebody else changed meanwhile are not overwritten unseen", async () => {
  fakeAppliance({
    "GET /sites/{id}": { ...shop, channel_rules: rules },
    "PATCH /sites/{id}": refusal(412, "precondition_failed"),
    "POST /sites/{id}/reports": reportOf([]),
  });
  const { user } = await openPage(page, title);
  await user.click(await screen.findByRole("button", { name: "Remove rule 2" }));
  await user.click(screen.getByRole("button", { name: "Save the rules" }));
  expect(await screen.findByText("Changed meanwhile")).toBeVisible();
});

it("the keyboard stays at a rule whose filter goes, and near one that goes", async () => {
  serve({ ...shop, channel_rules: rules });
  const { user } = await openPage(page, title);
  const second = await screen.findByRole("region", { name: "When rule 2 fits" });
  await user.click(
    within(second).getByRole("button", { name: "Remove the filter Referrer contains partner" }),
  );
  expect(second).toHaveFocus();
  await user.click(screen.getByRole("button", { name: "Remove rule 2" }));
  expect(screen.getByRole("button", { name: "Add a rule" })).toHaveFocus();
});
