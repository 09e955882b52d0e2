import { screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { SharedOverview } from "../api/types";
import { overview } from "../sites/testing";
import { fakeAppliance, refusal } from "../testing/appliance";
import { openPage } from "../testing/open";

const token = `wbl_${"0a".repeat(32)}`;

const { from, to, time_zone, currency, visitor_ids, known_at, totals, before, days } = overview;

const shared: SharedOverview = {
  name: "For the board",
  site: "Shop",
  from,
  to,
  time_zone,
  currency,
  visitor_ids,
  known_at,
  totals,
  ...(before && { before }),
  days,
  channels: overview.channels,
};

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true, now: Date.parse("2026-11-22T23:30:00Z") });
});

afterEach(() => {
  vi.useRealTimers();
});

it("whoever has the link sees what its maker chose, and nothing that leads on", async () => {
  const appliance = fakeAppliance({ "POST /shared/overview": shared });
  await openPage(`/shared#${token}`, "Shop: For the board");
  const [opening] = appliance.calls("POST /shared/overview");
  expect(opening?.body).toEqual({ link: token });
  expect(screen.getByText("€1,234.56")).toBeVisible();
  const channels = within(screen.getByRole("region", { name: "Channels" }));
  expect(channels.getAllByRole("row").length).toBeGreaterThan(1);
  expect(screen.getByText("The same as a table")).toBeVisible();
  expect(screen.queryByRole("link")).toBeNull();
  expect(screen.queryByRole("navigation")).toBeNull();
  expect(screen.queryByRole("heading", { name: "Devices" })).toBeNull();
  expect(document.querySelector('meta[name="robots"]')).toHaveAttribute(
    "content",
    "noindex, nofollow",
  );
  expect(appliance.calls("GET /auth/session")).toHaveLength(0);
});

it("a link without a trend draws none", async () => {
  const { days: _, channels: __, ...bare } = shared;
  fakeAppliance({ "POST /shared/overview": bare });
  await openPage(`/shared#${token}`, "Shop: For the board");
  expect(screen.getByText("€1,234.56")).toBeVisible();
  expect(screen.queryByText("The same as a table")).toBeNull();
  expect(screen.queryByRole("region", { name: "Channels" })).toBeNull();
});

it("a link that leads nowhere says so and not why", async () => {
  fakeAppliance({ "POST /shared/overview": () => refusal(404, "link_not_found") });
  await openPage(`/shared#${token}`, "This link leads nowhere");
  expect(screen.getByText(/has ended, or was revoked/)).toBeVisible();
});

it("a password is asked for, until it is the right one", async () => {
  const answer = ({ body }: { body: unknown }) =>
    (body as { password?: string }).password === "tram lamp river"
      ? shared
      : refusal(401, "link_password");
  const appliance = fakeAppliance({ "POST /shared/overview": answer });
  const { user } = await openPage(`/shared#${token}`, "This link has a password");
  await user.type(screen.getByLabelText("Password"), "guess");
  await user.click(screen.getByRole("button", { name: "Open" }));
  expect(await screen.findByText("This is not the password.")).toBeVisible();
  await user.clear(screen.getByLabelText("Password"));
  await user.type(screen.getByLabelText("Password"), "tram lamp river");
  await user.click(screen.getByRole("button", { name: "Open" }));
  expect(await screen.findByRole("heading", { name: "Shop: For the board" })).toBeVisible();
  expect(appliance.bodies("POST /shared/overview")).toEqual([
    { link: token },
    { link: token, password: "guess" },
    { link: token, password: "tram lamp river" },
  ]);
});
