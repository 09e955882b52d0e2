import { Link } from "@tanstack/react-router";
import { useSites } from "../api/lists";
import { useMay } from "../api/session";
import type { Site } from "../api/types";
import { SharedBy } from "../sharing/shared-by";
import { Listing } from "../ui/listing";
import { NewLink } from "../ui/new-link";
import type { Column } from "../ui/table";
import { Ago } from "../ui/time";

const columns: Column<Site>[] = [
  {
    id: "name",
    head: "Site",
    rank: ({ name }) => name,
    cell: ({ id, name }) => (
      <Link to="/sites/$id" params={{ id }}>
        {name}
      </Link>
    ),
  },
  { id: "domain", head: "Domain", rank: ({ domain }) => domain, cell: ({ domain }) => domain },
  {
    id: "owner",
    head: "Whose",
    rank: ({ shared_by }) => shared_by ?? "",
    cell: ({ access, shared_by }) =>
      shared_by ? <SharedBy access={access} owner={shared_by} /> : "Yours",
  },
  { id: "zone", head: "Time zone", cell: ({ time_zone }) => time_zone },
  { id: "currency", head: "Currency", cell: ({ currency }) => currency },
  {
    id: "last",
    head: "Last event",
    isFigure: true,
    rank: ({ last_event_at }) => last_event_at,
    cell: (site) => <LastEvent site={site} />,
  },
];

/** A site without events is not done: its row leads on. */
function LastEvent({ site: { id, last_event_at } }: { site: Site }) {
  if (last_event_at) return <Ago time={last_event_at} />;
  return (
    <Link to="/sites/$id/setup" params={{ id }}>
      None yet: set it up
    </Link>
  );
}

export function SiteList() {
  const mayWrite = useMay("site:write");
  return (
    <Listing
      title="Sites"
      lead="Who comes to your websites, from where, and what it earns. What is counted stays here."
      noun="site"
      pages={useSites()}
      columns={columns}
      words={({ name, domain, currency, time_zone }) =>
        [name, domain, currency, time_zone].join(" ")
      }
      create={mayWrite && <NewLink to="/sites/new" label="New site" />}
      empty={{
        icon: "chart",
        title: "No sites yet",
        text: "A site is one website or shop whose visits are counted here, without cookies and without a third party. Name it, put one line of script on its pages, and the first figures stand here a moment later.",
      }}
    />
  );
}
