import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Site, WriteKey } from "../../api/types";
import { Copy } from "../../ui/copy";
import { Select } from "../../ui/fields";
import { Panel } from "../../ui/page";
import { SkeletonRows } from "../../ui/skeleton";
import { Status } from "../../ui/status";
import { Ago } from "../../ui/time";
import { useMayEdit } from "../access";
import { SiteFrame } from "../frame";
import { History } from "./history";
import { Keys } from "./keys";
import { purchaseCall, scriptTag, serverCall } from "./snippets";
import { Takeout } from "./takeout";
import { useKeys } from "./use-keys";

const route = getRouteApi("/signed-in/sites/$id/setup");

/** How events get here: the script for pages, the call for servers, and the keys of both. */
export function SiteSetup() {
  const { id } = route.useParams();
  return (
    <SiteFrame id={id} tab="Set up">
      {(site) => (
        <>
          <Script site={site} />
          <Conversions site={site} />
          <Keys site={site} />
          <History site={site} />
          <Takeout site={site} />
        </>
      )}
    </SiteFrame>
  );
}

function Script({ site }: { site: Site }) {
  const keys = useKeys(site.id);
  const items = keys.data?.items.filter(({ kind }) => kind === "public");
  return (
    <Panel title="Count the visits of its pages" aside={<Arrival site={site} />}>
      <div className="card">
        {keys.isPending && <SkeletonRows rows={1} />}
        {items?.length === 0 && (
          <p>Pages send with a public key. Make one below: the line for your pages stands here.</p>
        )}
        {items && items.length > 0 && <Snippet site={site} keys={items} />}
        <p className="quiet">
          It sends which page was opened, and where from; in applications of one page each route
          too. {idsWords(site)} Whoever’s browser asks not to be tracked is not counted, and a
          visitor’s address is never kept.
        </p>
      </div>
    </Panel>
  );
}

function idsWords({ visitor_ids }: Site): string {
  return visitor_ids === "daily"
    ? "It sets no cookie and keeps nothing in the browser."
    : "It keeps a random id in the browser: ask your visitors first.";
}

function Snippet({ site, keys }: { site: Site; keys: WriteKey[] }) {
  const [chosen, setChosen] = useState<string>();
  const key = keys.find(({ id }) => id === chosen) ?? keys[0];
  const tag = scriptTag(location.origin, key?.key ?? "", site.visitor_ids);
  return (
    <>
      <p>
        Put this line into the head of every page of{" "}
        {key?.origins.map(hostOf).join(", ") || site.domain}:
      </p>
      <pre className="code-block sunk">
        <code>{tag}</code>
      </pre>
      <div className="actions">
        <Copy text={tag} what="the line for your pages">
          Copy the line
        </Copy>
        {keys.length > 1 && (
          <Select
            label="With the key"
            hideLabel
            options={keys.map(({ id, name }) => ({ value: id, label: `With the key ${name}` }))}
            value={key?.id ?? null}
            onChange={setChosen}
          />
        )}
      </div>
    </>
  );
}

function hostOf(origin: string): string {
  return origin.replace(/^https:\/\//, "");
}

/** Whether anything has come in yet; it is looked for by itself. */
function Arrival({ site: { id, last_event_at } }: { site: Site }) {
  if (!last_event_at) {
    return (
      <span role="status">
        <Status tone="busy" icon="clock" label="Waiting for the first event" />
      </span>
    );
  }
  return (
    <span className="arrival" role="status">
      <Status tone="good" icon="check" label="Events come in" />
      <span className="quiet">
        the last <Ago time={last_event_at} />
      </span>
      <Link to="/sites/$id" params={{ id }}>
        See them
      </Link>
    </span>
  );
}

function Conversions({ site }: { site: Site }) {
  const maySend = useMayEdit();
  const page = purchaseCall(site);
  const server = serverCall(location.origin, site);
  return (
    <Panel title="Count what visits lead to">
      <div className="card">
        <p>
          A page tells of a <code>purchase</code> or a <code>lead</code> once it has happened. With
          the order’s id it counts once, however often the page is opened again:
        </p>
        <pre className="code-block sunk">
          <code>{page}</code>
        </pre>
        <div className="actions">
          <Copy text={page} what="the call for your pages">
            Copy the call
          </Copy>
        </div>
        {maySend && (
          <details className="disclosure">
            <summary>From a server instead</summary>
            <div className="stack">
              <p>
                Servers send with a secret key, and are believed when they say when something
                happened, up to seven days back:
              </p>
              <pre className="code-block sunk">
                <code>{server}</code>
              </pre>
              <div className="actions">
                <Copy text={server} what="the command for your server">
                  Copy the command
                </Copy>
              </div>
            </div>
          </details>
        )}
      </div>
    </Panel>
  );
}
