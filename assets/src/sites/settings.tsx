import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { client } from "../api/client";
import { tagOf } from "../api/guarded";
import { fieldMessages } from "../api/problem";
import { useRefresh } from "../api/queries";
import type { Site } from "../api/types";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { SaveFailure } from "../ui/conflict";
import { Deletion } from "../ui/deletion";
import { Panel } from "../ui/page";
import { Pinned } from "../ui/pinned";
import { type Made, OwnChanges, useSiteChange } from "./change";
import { ChannelRules } from "./channels/rules";
import { SiteFields, siteFaults } from "./fields";
import { SiteFrame } from "./frame";
import { Keeping } from "./privacy/keeping";
import { ForgetVisitor } from "./privacy/visitor";
import { bareDomain, describeSite, draftOf, type SiteDraft } from "./words";

const route = getRouteApi("/signed-in/sites/$id/settings");

export function SiteSettings() {
  const { id } = route.useParams();
  return (
    <SiteFrame id={id} tab="Settings">
      {(site) => <Forms key={site.id} site={site} />}
    </SiteFrame>
  );
}

/** Forms that are saved each by itself, and of which none is in another's way. */
function Forms({ site }: { site: Site }) {
  const [own] = useState<Made>(() => new Map());
  return (
    <OwnChanges value={own}>
      <Pinned thing={site}>
        {(seen, { hold, release }) => <SiteForm site={seen} onFocus={hold} onDone={release} />}
      </Pinned>
      <Panel title="Channels">
        <Pinned thing={site}>
          {(seen, { hold, release }) => (
            <ChannelRules site={seen} onFocus={hold} onDone={release} />
          )}
        </Pinned>
      </Panel>
      <Panel title="How long it is kept">
        <Pinned thing={site}>
          {(seen, { hold, release }) => <Keeping site={seen} onFocus={hold} onDone={release} />}
        </Pinned>
      </Panel>
      <Panel title="Forget a visitor">
        <ForgetVisitor site={site} />
      </Panel>
      {site.access === "owner" && (
        <Panel title="Delete">
          <DeleteSite site={site} />
        </Panel>
      )}
    </OwnChanges>
  );
}

interface SiteFormProps {
  site: Site;
  onFocus: () => void;
  onDone: () => void;
}

function SiteForm({ site, onFocus, onDone }: SiteFormProps) {
  const [draft, setDraft] = useState(() => draftOf(site));
  const told = { announced: "The settings are saved.", onDone };
  const { save, leave, form } = useSiteChange(site, (body: Partial<SiteDraft>) => body, told);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ wish, version: site.version });
  };
  const wish = changed(site, draft);
  return (
    <form className="form" ref={form} onSubmit={submit} onFocus={onFocus}>
      <SiteFields
        draft={draft}
        faults={fieldMessages(save.error)}
        isSettled={site.last_event_at !== undefined}
        onChange={(part) => setDraft((now) => ({ ...now, ...part }))}
      />
      <SaveFailure
        error={save.error}
        shown={siteFaults}
        seen={site}
        words={describeSite}
        apply={(theirs, wish) => ({ ...theirs, ...wish })}
        isBusy={save.isPending}
        onReload={leave}
        onOverwrite={save.mutate}
      />
      <div className="actions">
        <Button
          look="primary"
          type="submit"
          isDisabled={save.isPending || Object.keys(wish).length === 0}
        >
          Save
        </Button>
      </div>
    </form>
  );
}

/** What of the draft is not as the site is. */
function changed(site: Site, draft: SiteDraft): Partial<SiteDraft> {
  const wish = { ...draft, domain: bareDomain(draft.domain) };
  const before = draftOf(site);
  const parts = Object.entries(wish).filter(
    ([part, value]) => before[part as keyof SiteDraft] !== value,
  );
  return Object.fromEntries(parts);
}

function DeleteSite({ site }: { site: Site }) {
  const navigate = useNavigate();
  const refresh = useRefresh();
  const path = { id: site.id };
  return (
    <div className="matters">
      <Deletion
        noun="site"
        name={site.name}
        loss={
          <p>
            Its events, everything that was counted, and its keys are deleted. Pages that still
            carry the script send in vain.
          </p>
        }
        readDependents={async () => []}
        remove={() =>
          client.DELETE("/sites/{id}", {
            params: { path, header: { "If-Match": tagOf(site.version) } },
          })
        }
        onDeleted={async () => {
          announce(`${site.name} is deleted.`);
          await navigate({ to: "/sites" });
          await refresh("/sites");
        }}
      />
    </div>
  );
}
