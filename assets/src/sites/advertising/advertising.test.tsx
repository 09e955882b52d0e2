import { act, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { AdFeed, CampaignCost, SiteCosts } from "../../api/types";
import { fakeAppliance } from "../../testing/appliance";
import { choose, openPage } from "../../testing/open";
import { sandboxConnection } from "../../testing/samples";
import { overview, shop } from "../testing";
import { attributionWords } from "./words";

const time = "2026-11-22T04:15:00.000Z";
const address = `/sites/${shop.id}/advertising`;

const feed: AdFeed = {
  id: "feed-euros",
  name: "Harbour Shop",
  connection_id: "connection-ads",
  provider: "meta",
  account_id: "act_1",
  currency: "EUR",
  time_zone: "Europe/Berlin",
  state: "active",
  first_day: "2025-10-22",
  last_day: "2026-11-22",
  fetched_at: time,
  next_fetch_at: time,
  created_at: time,
  updated_at: time,
  version: 7,
};

const costs: SiteCosts = {
  from: "2026-10-26",
  to: "2026-11-22",
  currency: "EUR",
  known_at: time,
  advertising: {
    cost: "300.00",
    cost_per_conversion: "30.00",
    return_on_spend: 4.5,
    known_at: time,
    other_time_zones: [],
  },
  feeds: [
    {
      feed_id: feed.id,
      name: feed.name,
      currency: "EUR",
      time_zone: "Europe/Berlin",
      cost: "300.00",
      days_missing: 0,
      known_at: time,
    },
  ],
  campaigns: [
    {
      feed_id: feed.id,
      campaign_id: "71",
      name: "Spring",
      cost: "300.00",
      impressions: 9000,
      clicks: 120,
      name_shared: false,
      provider_conversions: 12.5,
      provider_value: "900.00",
      attribution: ["7d_click_1d_view"],
      visits: 100,
      conversions: 10,
      revenue: "1350.00",
      cost_per_conversion: "30.00",
      return_on_spend: 4.5,
    },
  ],
};

const ads = {
  ...sandboxConnection,
  id: "connection-ads",
  name: "Ads",
  provider: "meta" as const,
  endpoint: "vendor" as const,
};
const bases = {
  items: [
    { id: "act_1", name: "Harbour Shop", permission: "read, EUR" },
    { id: "act_2", name: "Harbour Shop US", permission: "read, USD" },
  ],
};

function serve(feeds: AdFeed[] = [feed], told: SiteCosts = costs) {
  return fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites/{id}/feeds": { items: feeds },
    "GET /sites/{id}/costs": told,
    "GET /connections": { items: [sandboxConnection, ads] },
    "GET /connections/{id}/bases": bases,
    "POST /sites/{id}/feeds": feed,
    "POST /sites/{id}/feeds/{feed}/fetch": feed,
    "PATCH /sites/{id}/feeds/{feed}": { ...feed, state: "paused" },
    "DELETE /sites/{id}/feeds/{feed}": undefined,
  });
}

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true, now: Date.parse("2026-11-22T05:30:00Z") });
});

afterEach(() => {
  vi.useRealTimers();
});

it("where days are missing, or a name is of several, nothing is divided and it says so", async () => {
  const [campaign] = costs.campaigns;
  const { cost_per_conversion: _, return_on_spend: __, ...rest } = campaign as CampaignCost;
  serve([feed], {
    ...costs,
    feeds: costs.feeds.map((one) => ({ ...one, days_missing: 3 })),
    campaigns: [{ ...rest, name_shared: true }],
  });
  await openPage(address, "Shop: Advertising");
  expect(await screen.findByText(/Harbour Shop has not told all of 3 days/)).toBeVisible();
  expect(screen.getByText(/of the same name cannot be told apart/)).toBeVisible();
});

it("costs stand beside what the site counted, and what the provider counts beside both", async () => {
  serve();
  await openPage(address, "Shop: Advertising");
  const tiles = within(await screen.findByRole("region", { name: "Advertising" }));
  expect(tiles.getByText("Advertising cost")).toBeVisible();
  expect(tiles.getByText("€300.00")).toBeVisible();
  const table = within(screen.getByRole("region", { name: "Campaigns" }));
  expect(
    table.getByRole("row", {
      name: "Spring €300.00 120 100 10 €1,350.00 €30.00 4.5 12.5 €900.00",
    }),
  ).toBeVisible();
});

it("a campaign leads to its visits, by its name or its id", async () => {
  serve();
  await openPage(address, "Shop: Advertising");
  expect(await screen.findByRole("link", { name: "Spring" })).toHaveAttribute(
    "href",
    `/sites/${shop.id}?filters=campaign%3Ais%3A71%3ASpring%3Aspring`,
  );
});

it("a cost that is not known is not told, but why", async () => {
  const {
    cost: _,
    cost_per_conversion: _each,
    return_on_spend: _back,
    ...rest
  } = costs.advertising;
  serve([feed], {
    ...costs,
    advertising: {
      ...rest,
      unknown: "other_currency",
      unknown_because: "An ad account counts in USD and the site in EUR.",
    },
  });
  await openPage(address, "Shop: Advertising");
  expect(await screen.findByText(/is not known\. An ad account counts in USD/)).toBeVisible();
});

it("a feed that fails says what to do, and is fetched again", async () => {
  const appliance = serve([
    {
      ...feed,
      state: "failing",
      trouble: {
        category: "reconnect",
        message: "The token ended.",
        remedy: "Give the connection another token.",
        since: time,
        tries: 1,
      },
    },
  ]);
  const { user } = await openPage(address, "Shop: Advertising");
  expect(await screen.findByText("The token ended.")).toBeVisible();
  expect(screen.getByText("Give the connection another token.")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Fetch now: Harbour Shop" }));
  await waitFor(() =>
    expect(appliance.calls("POST /sites/{id}/feeds/{feed}/fetch")).toHaveLength(1),
  );
});

it("a fetch is told when it begins and when it ends, and its button keeps the keyboard", async () => {
  const asked = "2026-11-22T05:30:00.000Z";
  let found = feed;
  const appliance = fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites/{id}/feeds": () => ({ items: [found] }),
    "GET /sites/{id}/costs": costs,
    "GET /connections": { items: [ads] },
    "GET /connections/{id}/bases": bases,
    "POST /sites/{id}/feeds/{feed}/fetch": () => {
      found = { ...found, next_fetch_at: asked };
      return found;
    },
  });
  const { user } = await openPage(address, "Shop: Advertising");
  const button = await screen.findByRole("button", { name: /^Fetch now: Harbour Shop/ });
  await user.click(button);
  expect(await screen.findByText("Harbour Shop is fetched now.")).toBeVisible();
  expect(await screen.findByText("Being fetched")).toBeVisible();
  expect(button).toHaveFocus();
  found = { ...found, fetched_at: asked, next_fetch_at: "2026-11-22T06:30:00.000Z" };
  const read = appliance.calls("GET /sites/{id}/costs").length;
  await act(() => vi.advanceTimersByTimeAsync(3_000));
  expect(await screen.findByText("Harbour Shop is fetched.")).toBeVisible();
  expect(screen.getByText("Fetched every hour")).toBeVisible();
  await waitFor(() =>
    expect(appliance.calls("GET /sites/{id}/costs").length).toBeGreaterThan(read),
  );
});

it("a feed is added by a connection that advertises and one of its accounts", async () => {
  const appliance = serve([]);
  const { user } = await openPage(address, "Shop: Advertising");
  expect(await screen.findByText("No advertising figures yet")).toBeVisible();
  await choose(user, /Ad account/, /Harbour Shop US/);
  await user.click(screen.getByRole("button", { name: "Add the feed" }));
  await waitFor(() =>
    expect(appliance.bodies("POST /sites/{id}/feeds")).toEqual([
      { connection_id: "connection-ads", account_id: "act_2" },
    ]),
  );
});

it("a feed is paused, and deleted as it was seen after a question", async () => {
  const appliance = serve();
  const { user } = await openPage(address, "Shop: Advertising");
  await user.click(await screen.findByRole("button", { name: "Pause Harbour Shop" }));
  await waitFor(() =>
    expect(appliance.bodies("PATCH /sites/{id}/feeds/{feed}")).toEqual([{ paused: true }]),
  );
  await user.click(screen.getByRole("button", { name: "Delete Harbour Shop" }));
  await user.click(await screen.findByRole("button", { name: "Delete the feed" }));
  await waitFor(() => expect(appliance.calls("DELETE /sites/{id}/feeds/{feed}")).toHaveLength(1));
  const [call] = appliance.calls("DELETE /sites/{id}/feeds/{feed}");
  expect(call?.headers.get("if-match")).toBe('"7"');
});

it("whom a site is shared with to see it changes no feed", async () => {
  fakeAppliance({
    "GET /sites/{id}": { ...shop, access: "view", shared_by: "ada@example.org" },
    "GET /sites/{id}/feeds": { items: [feed] },
    "GET /sites/{id}/costs": costs,
  });
  await openPage(address, "Shop: Advertising");
  expect(await screen.findByText("Fetched every hour")).toBeVisible();
  expect(screen.queryByRole("button", { name: /Harbour Shop/ })).toBeNull();
  expect(screen.queryByText("Add a feed")).toBeNull();
});

it("what comes from the sandbox is told to be sample data, wherever it counts", async () => {
  const invented: AdFeed = {
    ...feed,
    id: "feed-sandbox",
    name: "Practice",
    connection_id: "connection-sandbox",
  };
  const [first] = costs.campaigns as [CampaignCost];
  fakeAppliance({
    "GET /sites/{id}": shop,
    "GET /sites/{id}/feeds": { items: [feed, invented] },
    "GET /sites/{id}/costs": {
      ...costs,
      campaigns: [first, { ...first, feed_id: invented.id, campaign_id: "90", name: "Rehearsal" }],
    },
    "GET /connections": {
      items: [
        { ...ads, endpoint: "vendor" },
        { ...ads, id: "connection-sandbox", endpoint: "sandbox" },
      ],
    },
    "GET /connections/{id}/bases": bases,
    "GET /sites/{id}/overview": { ...overview, advertising: costs.advertising },
  });
  const { user } = await openPage(address, "Shop: Advertising");
  expect(await screen.findByText(/^Practice is fetched from the sandbox/)).toBeVisible();
  expect(screen.getByRole("row", { name: /^Rehearsal Sample data/ })).toBeVisible();
  expect(screen.getByRole("row", { name: /^Spring €/ })).toBeVisible();
  const cards = screen
    .getAllByRole("listitem")
    .filter((card) => within(card).queryByRole("heading"));
  expect(cards.map((card) => within(card).queryByText("Sample data") !== null)).toEqual([
    false,
    true,
  ]);
  const tabs = within(screen.getByRole("navigation", { name: "Site" }));
  await user.click(tabs.getByRole("link", { name: "Overview" }));
  await screen.findByRole("heading", { level: 1, name: "Shop" });
  expect(await screen.findByText(/^Practice is fetched from the sandbox/)).toBeVisible();
});

it("how the provider attributes stands below the campaigns, where all say the same", async () => {
  serve();
  await openPage(address, "Shop: Advertising");
  expect(
    await screen.findByText(
      /attributes conversions so: 7 days after a click, 1 day after a view\./,
    ),
  ).toBeVisible();
});

it("campaigns that are attributed otherwise say so each", async () => {
  const [first] = costs.campaigns as [CampaignCost];
  serve([feed], {
    ...costs,
    campaigns: [first, { ...first, campaign_id: "72", name: "Autumn", attribution: ["28d_click"] }],
  });
  await openPage(address, "Shop: Advertising");
  const table = within(await screen.findByRole("region", { name: "Campaigns" }));
  expect(table.getByText("28 days after a click")).toBeVisible();
  expect(table.getByText("7 days after a click, 1 day after a view")).toBeVisible();
});

it.each([
  ["7d_click_1d_view", "7 days after a click, 1 day after a view"],
  [
    "7d_click_1d_engaged_view_1d_view",
    "7 days after a click, 1 day after a view that went on, 1 day after a view",
  ],
  ["skan", "skan"],
  ["7d_click_1d_dream", "7d_click_1d_dream"],
])("%s is told as: %s", (setting, words) => {
  expect(attributionWords(setting)).toBe(words);
});
