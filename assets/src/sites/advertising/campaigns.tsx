import type { AdFeed, CampaignCost, SiteCosts } from "../../api/types";
import { formatAmount, formatCount, formatFigure } from "../../ui/format";
import { type Column, Table } from "../../ui/table";
import { writeMoney } from "../overview/figures";
import { Lead } from "../overview/lead";
import { Sample } from "./samples";
import { attributionWords } from "./words";

interface CampaignsProps {
  costs: SiteCosts;
  /** The feeds whose figures are invented. */
  samples: readonly AdFeed[];
}

/** What each campaign cost, beside what the site counted of it and what the provider says. */
export function Campaigns({ costs, samples }: CampaignsProps) {
  const { feeds, campaigns } = costs;
  const gaps = feeds.filter(({ days_missing }) => days_missing > 0);
  const settings = new Set(campaigns.map(settingOf));
  const [setting] = settings;
  const name = nameOf(new Set(samples.map(({ id }) => id)));
  return (
    <div className="stack">
      {gaps.map(({ feed_id, name, days_missing }) => (
        <p className="quiet" key={feed_id}>
          {name} has not told all of {formatAmount(days_missing, "day")}: its costs are those of the
          other days, and nothing is divided by them.
        </p>
      ))}
      {campaigns.some(({ name_shared }) => name_shared) && (
        <p className="quiet">
          Campaigns of the same name cannot be told apart by their visits: these stand at each of
          them, and nothing is divided by them.
        </p>
      )}
      <Table
        label="Campaigns"
        columns={[name, ...figuresOf(costs, settings.size > 1)]}
        rows={campaigns}
        rowId={({ feed_id, campaign_id }) => `${feed_id} ${campaign_id}`}
      />
      {settings.size === 1 && setting && (
        <p className="quiet">The provider attributes conversions so: {setting}.</p>
      )}
    </div>
  );
}

/** How the provider attributes a campaign's conversions; empty where it does not say. */
function settingOf({ attribution }: CampaignCost): string {
  return attribution.map(attributionWords).join("; ");
}

/**
 * What its visits may say in `utm_campaign`. Here they count in any case of letters, and a filter
 * takes letters as they are: as the provider has them, or all of them small.
 */
function spelt(name: string, id: string): [string, ...string[]] {
  return [id, ...new Set([name, name.toLowerCase()].filter(Boolean))];
}

/** What a campaign is called, and whether its figures are invented. */
function nameOf(invented: ReadonlySet<string>): Column<CampaignCost> {
  return {
    id: "name",
    head: "Campaign",
    cell: ({ name, campaign_id, feed_id }) => (
      <>
        <Lead dimension="campaign" values={spelt(name, campaign_id)}>
          {name || campaign_id}
        </Lead>{" "}
        {invented.has(feed_id) && <Sample />}
      </>
    ),
  };
}

/** `areUnlike` where campaigns are attributed in several ways: then each says in which. */
function figuresOf({ currency, feeds }: SiteCosts, areUnlike: boolean): Column<CampaignCost>[] {
  const paidIn = ({ feed_id }: CampaignCost) =>
    feeds.find((feed) => feed.feed_id === feed_id)?.currency ?? currency;
  return [
    {
      id: "cost",
      head: "Cost",
      isFigure: true,
      cell: (row) => writeMoney(row.cost, paidIn(row)),
    },
    { id: "clicks", head: "Clicks", isFigure: true, cell: ({ clicks }) => formatCount(clicks) },
    { id: "visits", head: "Visits", isFigure: true, cell: ({ visits }) => formatCount(visits) },
    {
      id: "conversions",
      head: "Conversions",
      isFigure: true,
      cell: ({ conversions }) => formatCount(conversions),
    },
    {
      id: "revenue",
      head: "Revenue",
      isFigure: true,
      cell: ({ revenue }) => writeMoney(revenue, currency),
    },
    {
      id: "each",
      head: "Cost of a conversion",
      isFigure: true,
      cell: ({ cost_per_conversion: each }) => (each ? writeMoney(each, currency) : "–"),
    },
    {
      id: "back",
      head: "Return on spend",
      isFigure: true,
      cell: ({ return_on_spend: back }) => (back === undefined ? "–" : formatFigure(back)),
    },
    {
      id: "provider",
      head: "Conversions, as the provider counts",
      isFigure: true,
      cell: (row) => (
        <span className="compared">
          {formatFigure(row.provider_conversions)}
          {areUnlike && <span className="quiet">{settingOf(row)}</span>}
        </span>
      ),
    },
    {
      id: "value",
      head: "Value, as it counts",
      isFigure: true,
      cell: (row) => writeMoney(row.provider_value, paidIn(row)),
    },
  ];
}
