import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { fakeAppliance } from "../testing/appliance";
import { openPage } from "../testing/open";

const line = {
  time: 1_795_320_900_000,
  message: "Ada signed in",
  status_id: 2,
  metadata: { sequence: 1_200, event_code: "authn_login_fail" },
};

it("shows the newest events first, older ones on demand, and each line whole", async () => {
  const appliance = fakeAppliance({
    "GET /audit/events": ({ query }: { query: URLSearchParams }) =>
      query.get("before")
        ? { items: [{ ...line, metadata: { sequence: 7 } }] }
        : { items: [line], next: "1200" },
  });
  const { user } = await openPage("/book", "Book");
  expect(await screen.findByText("Refused")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Show older events" }));
  expect(await screen.findByRole("button", { name: "7" })).toBeVisible();
  await user.click(screen.getByRole("button", { name: "1,200" }));
  expect(await screen.findByRole("dialog")).toHaveTextContent('"event_code": "authn_login_fail"');
  expect(appliance.calls("GET /audit/events").at(-1)?.query.get("before")).toBe("1200");
});

it("finds events by their code", async () => {
  const appliance = fakeAppliance({ "GET /audit/events": { items: [] } });
  const { user } = await openPage("/book", "Book");
  await user.type(screen.getByLabelText("Event code"), "sync_run");
  await user.click(screen.getByRole("button", { name: "Apply" }));
  expect(await screen.findByText("No event has this code.")).toBeVisible();
  expect(appliance.calls("GET /audit/events").at(-1)?.query.get("code")).toBe("sync_run");
});
