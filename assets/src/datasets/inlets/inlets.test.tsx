import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance } from "../../testing/appliance";
import { openPage } from "../../testing/open";
import { airports } from "../../testing/samples";

const inlet = {
  id: "inlet-1",
  name: "Orders Zap",
  dataset_id: airports.id,
  hint: "1a2b…",
  signing: "optional",
  created_at: "2026-11-22T04:16:00.000Z",
  drawn_at: "2026-11-22T04:16:00.000Z",
};
const stored = {
  "GET /datasets/{id}": { ...airports, access: "owner" },
  "GET /datasets/{id}/shares": { items: [] },
};
const made = (inlet: object) => ({ path: "/in/1a2b3c", signing_key: "whsec_abc", inlet });

it("an address is drawn, and seen this once", async () => {
  let items: object[] = [];
  const appliance = fakeAppliance({
    ...stored,
    "GET /inlets": () => ({ items }),
    "POST /inlets": () => {
      items = [inlet, { ...inlet, id: "inlet-2", dataset_id: "another", name: "Elsewhere" }];
      return made(inlet);
    },
  });
  const { user } = await openPage(`/datasets/${airports.id}/sharing`, `${airports.name}: Sharing`);
  await screen.findByText("None yet.");
  await user.click(screen.getByRole("button", { name: "New address" }));
  await user.type(screen.getByLabelText("Name"), "Orders Zap");
  await user.click(screen.getByRole("checkbox", { name: "Refuse what is not signed" }));
  await user.click(screen.getByRole("button", { name: "Draw the address" }));
  expect(await screen.findByText(/\/in\/1a2b3c$/)).toBeVisible();
  expect(screen.getByText("whsec_abc")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "I have kept it" }));
  expect(screen.queryByText("whsec_abc")).toBeNull();
  expect(await screen.findByRole("row", { name: /Orders Zap/ })).toBeVisible();
  expect(screen.queryByText("Elsewhere")).toBeNull();
  expect(appliance.bodies("POST /inlets")).toEqual([
    { name: "Orders Zap", dataset_id: airports.id, signing: "required" },
  ]);
});

it("an address is replaced, or revoked, after a question", async () => {
  let items = [inlet];
  const appliance = fakeAppliance({
    ...stored,
    "GET /inlets": () => ({ items }),
    "POST /inlets/{id}/rotate": made(inlet),
    "DELETE /inlets/{id}": () => {
      items = [];
    },
  });
  const { user } = await openPage(`/datasets/${airports.id}/sharing`, `${airports.name}: Sharing`);
  await user.click(await screen.findByRole("button", { name: "Replace Orders Zap" }));
  let question = within(await screen.findByRole("alertdialog"));
  await user.click(question.getByRole("button", { name: "Replace" }));
  await user.click(await screen.findByRole("button", { name: "I have kept it" }));
  await user.click(await screen.findByRole("button", { name: "Revoke Orders Zap" }));
  question = within(await screen.findByRole("alertdialog"));
  await user.click(question.getByRole("button", { name: "Revoke address" }));
  expect(await screen.findByText("Orders Zap is revoked.")).toBeVisible();
  expect(appliance.calls("POST /inlets/{id}/rotate")).toHaveLength(1);
});
