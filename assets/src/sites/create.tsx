import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { client } from "../api/client";
import { useOnce } from "../api/once";
import { fieldMessages } from "../api/problem";
import { useRefresh } from "../api/queries";
import type { Site } from "../api/types";
import { ownZone } from "../syncs/schedule/times";
import { Button } from "../ui/button";
import { Failure } from "../ui/notice";
import { Page } from "../ui/page";
import { SiteFields, siteFaults } from "./fields";
import { bareDomain, originsOf, type SiteDraft } from "./words";

const blank: SiteDraft = {
  domain: "",
  name: "",
  currency: "EUR",
  time_zone: ownZone(),
  week_start: "monday",
  visitor_ids: "daily",
};

/** Names a site, and makes the key that its pages will send with. */
export function NewSite() {
  const [draft, setDraft] = useState(blank);
  const create = useCreation();
  const change = (part: Partial<SiteDraft>) => setDraft((now) => named(now, part));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ ...draft, domain: bareDomain(draft.domain) });
  };
  return (
    <Page
      title="New site"
      crumbs={[{ label: "Sites", to: "/sites" }]}
      lead="One website or shop. Next comes the line of script for its pages."
    >
      <form className="form" onSubmit={submit}>
        <SiteFields
          draft={draft}
          faults={fieldMessages(create.error)}
          isSettled={false}
          onChange={change}
        />
        <Failure error={create.error} shown={siteFaults} />
        <div className="actions">
          <Button look="primary" type="submit" isDisabled={create.isPending}>
            Create the site
          </Button>
        </div>
      </form>
    </Page>
  );
}

/** The name follows the domain until somebody chooses another. */
function named(now: SiteDraft, part: Partial<SiteDraft>): SiteDraft {
  const follows = part.domain !== undefined && now.name === bareDomain(now.domain);
  return { ...now, ...part, ...(follows ? { name: bareDomain(part.domain ?? "") } : {}) };
}

function useCreation() {
  const refresh = useRefresh();
  const navigate = useNavigate();
  const once = useOnce();
  return useMutation({
    mutationFn: async (body: SiteDraft) => {
      const { data } = await client.POST("/sites", { params: { header: once(body) }, body });
      const { id, domain } = data as Site;
      const key = { name: "Website", kind: "public", origins: originsOf(domain) } as const;
      // A site without a key is there all the same: its set-up offers to make one.
      await client
        .POST("/sites/{id}/keys", { params: { path: { id } }, body: key })
        .catch(() => null);
      return id;
    },
    onSuccess: async (id) => {
      await refresh("/sites");
      await navigate({ to: "/sites/$id/setup", params: { id } });
    },
  });
}
