import type { ReactNode } from "react";
import type { Connection } from "../api/types";

export type Provider = Connection["provider"];

/** What people call a provider and what is there. */
interface Words {
  name: string;
  /** What holds tables there. */
  base: string;
  /** What a token is called there; absent where none can be pasted. */
  token?: string;
  /** What the sandbox takes for one. */
  inSandbox: string;
  /** Where a token is made. */
  howTo: ReactNode;
  /** What to do when a token reaches nothing. */
  share: string;
}

const scopes = ["data.records:read", "data.records:write", "schema.bases:read"];

const words: Record<Provider, Words> = {
  airtable: {
    name: "Airtable",
    base: "base",
    token: "Personal access token",
    inSandbox: "The sandbox takes any of 10 characters or more that begins with pat.",
    howTo: (
      <>
        Made at airtable.com/create/tokens, with the scopes{" "}
        {scopes.map((scope, index) => (
          <span key={scope}>
            {index > 0 && ", "}
            <code>{scope}</code>
          </span>
        ))}{" "}
        and access to the bases that you want to sync.
      </>
    ),
    share: "At Airtable, give the token access to the bases that you want to sync.",
  },
  notion: {
    name: "Notion",
    base: "database",
    token: "Integration secret",
    inSandbox: "The sandbox takes any of 10 characters or more that begins with ntn_.",
    howTo: (
      <>
        Made at notion.so/my-integrations as an internal integration that may read, update and
        insert content. Then open each database that you want to sync, and under <i>Connections</i>{" "}
        in its menu add the integration.
      </>
    ),
    share:
      "At Notion, open each database that you want to sync, and add the integration under Connections in its menu. One that was just added may take some minutes to be listed.",
  },
  zapier: {
    name: "Zapier",
    base: "Zap",
    token: "Catch hook’s address",
    inSandbox:
      "The sandbox’s own address with /hooks/catch/100001/demo0001/ behind it; its page shows it whole.",
    howTo: (
      <>
        Make a Zap whose trigger is <i>Webhooks by Zapier</i>, <i>Catch Hook</i>, and copy its
        address here: it begins with <code>https://hooks.zapier.com/hooks/catch/</code>. Testing the
        connection sends it a delivery whose <code>change</code> is <code>test</code>.
      </>
    ),
    share: "",
  },
  meta: {
    name: "Meta",
    base: "ad account",
    token: "Access token",
    inSandbox: "The sandbox takes any of 10 letters and digits or more that begins with EAA.",
    howTo: (
      <>
        Best that of a system user, made in the business’s settings at business.facebook.com under{" "}
        <i>System users</i>, with the permission <code>ads_read</code>; assign the ad accounts to
        that user there. It is read only: nothing is changed at Meta.
      </>
    ),
    share: "At Meta, assign ad accounts to whoever the token belongs to, with leave to see them.",
  },
  google: {
    name: "Google",
    base: "ad account",
    inSandbox: "",
    howTo: null,
    share:
      "At Google Ads, have the Google account that you have connected given access to ad accounts, or to a manager above them. It is enough that it may read.",
  },
};

/** Whether a provider tells what advertising cost; such a one has no tables to sync. */
export function advertises(provider: string): boolean {
  return provider === "meta" || provider === "google";
}

/** Every provider, in the order in which they are offered. */
export const providers = Object.keys(words) as Provider[];

/** The words for a provider, also for one that this page does not know yet. */
export function wordsOf(provider: string): Words {
  return words[provider as Provider] ?? { ...words.airtable, name: provider };
}
