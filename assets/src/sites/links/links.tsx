import { useState } from "react";
import { $api, client } from "../../api/client";
import type { MadeSiteLink, Site, SiteLink } from "../../api/types";
import { Button } from "../../ui/button";
import { Copy } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import { formatAmount, formatMoment } from "../../ui/format";
import { Loaded } from "../../ui/loaded";
import { Notice } from "../../ui/notice";
import { Panel } from "../../ui/page";
import { SkeletonRows } from "../../ui/skeleton";
import { Ago } from "../../ui/time";
import { KeptEnding } from "../kept/ending";
import { LinkForm } from "./form";
import { linkWords } from "./words";

/** A site has no more. */
const most = 50;

/** Who sees the site's overview without an account, and the way to let one more. */
export function Links({ site }: { site: Site }) {
  const [made, setMade] = useState<MadeSiteLink>();
  const [doomed, setDoomed] = useState<SiteLink>();
  const links = $api.useQuery("get", "/sites/{id}/links", {
    params: { path: { id: site.id }, query: { limit: most } },
  });
  return (
    <Panel title="Links without an account">
      <p className="quiet-value">
        Whoever has such a link sees the figures that you choose, and nothing else, until it ends or
        is deleted.
      </p>
      <Loaded query={links} waiting={<SkeletonRows rows={3} />}>
        {({ items }) => (
          <ul className="card-list">
            {items.map((link) => (
              <li key={link.id}>
                <One link={link} onDelete={() => setDoomed(link)} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <LinkForm site={site} onMade={setMade} />
      <Address made={made} onClose={() => setMade(undefined)} />
      <KeptEnding
        calls={{
          noun: "link",
          remove: ({ id }) =>
            client.DELETE("/sites/{id}/links/{link}", {
              params: { path: { id: site.id, link: id } },
            }),
          touches: ["/sites/{id}/links"],
          words: { loss: "Whoever has it sees nothing any more. It cannot be brought back." },
        }}
        doomed={doomed && { ...doomed, version: 0 }}
        onClose={() => setDoomed(undefined)}
      />
    </Panel>
  );
}

function One({ link, onDelete }: { link: SiteLink; onDelete: () => void }) {
  const { name, ends_with, has_password, ends_at, last_used_at, uses } = link;
  return (
    <div className="stack">
      <h3>{name}</h3>
      <p className="quiet">{linkWords(link)}</p>
      <p>
        Ends with <code>…{ends_with}</code>
        {has_password && ", opened with a password"}
        {ends_at ? `, until ${formatMoment(ends_at)}` : ", until it is deleted"}.{" "}
        {last_used_at ? (
          <>
            Opened {formatAmount(uses, "time")}, last <Ago time={last_used_at} />.
          </>
        ) : (
          "Never opened."
        )}
      </p>
      <div className="actions">
        <Button aria-label={`Delete the link ${name}`} onPress={onDelete}>
          Delete
        </Button>
      </div>
    </div>
  );
}

/** The address of a new link, which is seen this once. */
function Address({ made, onClose }: { made: MadeSiteLink | undefined; onClose: () => void }) {
  return (
    <Dialog
      title={`The link ${made?.link.name}`}
      isOpen={made !== undefined}
      isFirm
      onClose={onClose}
    >
      {made && (
        <div className="stack">
          <Notice tone="warn" title="This is the only time that you see it">
            <p>Whoever has it sees these figures. It cannot be shown again, only deleted.</p>
          </Notice>
          <code className="code-block sunk">{made.url}</code>
          <div className="actions end">
            <Copy text={made.url} what="the link">
              Copy the link
            </Copy>
            <Button look="primary" onPress={onClose}>
              I have kept it
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
