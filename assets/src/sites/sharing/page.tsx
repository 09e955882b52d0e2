import { getRouteApi } from "@tanstack/react-router";
import { useMay } from "../../api/session";
import type { Site } from "../../api/types";
import { AddShare } from "../../sharing/add";
import { Leave } from "../../sharing/leave";
import { Shares } from "../../sharing/list";
import { MayNotShare } from "../../sharing/may-not";
import { Panel } from "../../ui/page";
import { useMayEdit } from "../access";
import { SiteFrame } from "../frame";
import { Links } from "../links/links";
import { shareableOf } from "./shareable";

const route = getRouteApi("/signed-in/sites/$id/sharing");

const deeds: Record<Site["access"], string> = {
  view: "see how it fares and how it is set up",
  edit: "see how it fares, change it and its keys, and bring files of events",
  owner: "do everything with it",
};

/** Who else has the site; for those whom it is shared with, what they may do. */
export function SiteSharing() {
  const { id } = route.useParams();
  return (
    <SiteFrame id={id} tab="Sharing">
      {(site) => {
        return (
          <>
            <Users site={site} />
            <MayLink site={site} />
          </>
        );
      }}
    </SiteFrame>
  );
}

function Users({ site }: { site: Site }) {
  const mayShare = useMay("site:share");
  if (site.access !== "owner") return <Borrowed site={site} />;
  return mayShare ? <Owned site={site} /> : <MayNotShare />;
}

/** The links, for whoever may make one. */
function MayLink({ site }: { site: Site }) {
  return useMayEdit() && <Links site={site} />;
}

function Owned({ site }: { site: Site }) {
  const thing = shareableOf(site);
  return (
    <>
      <Panel title="Share it">
        <p className="quiet-value">Only you share and delete it.</p>
        <AddShare thing={thing} />
      </Panel>
      <Panel title="Shared with">
        <Shares thing={thing} />
      </Panel>
    </>
  );
}

function Borrowed({ site }: { site: Site }) {
  const reaches = useMayEdit() ? site.access : "view";
  return (
    <Panel title={`Shared by ${site.shared_by}`}>
      <p className="quiet-value">You may {deeds[reaches]}.</p>
      <Leave thing={shareableOf(site)} />
    </Panel>
  );
}
