import { useMutation } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { $api, client } from "../api/client";
import { tagOf } from "../api/guarded";
import { useAtOnce } from "../api/optimistic";
import { useRefresh } from "../api/queries";
import { useMay } from "../api/session";
import type { Connection, ConnectionTest } from "../api/types";
import { BookLink } from "../book/link";
import { announce } from "../ui/announce";
import { Button } from "../ui/button";
import { Deletion } from "../ui/deletion";
import { type Fact, Facts } from "../ui/facts";
import { Failure, Notice } from "../ui/notice";
import { Panel } from "../ui/page";
import { Rename } from "../ui/rename";
import { Status } from "../ui/status";
import { ThingPage } from "../ui/thing-page";
import { Ago } from "../ui/time";
import { Bases } from "./bases";
import { Changes } from "./changes/panel";
import { DiagnosisPanel } from "./diagnosis";
import { Reconnect } from "./oauth/reconnect";
import { wordsOf } from "./providers";
import { ReplaceToken } from "./replace";
import { connectionStatus, providerName } from "./state";

const route = getRouteApi("/signed-in/connections/$id");

export function ConnectionPage() {
  const { id } = route.useParams();
  const connection = $api.useQuery("get", "/connections/{id}", { params: { path: { id } } });
  const mayWrite = useMay("connection:write");
  return (
    <ThingPage
      query={connection}
      crumbs={[{ label: "Connections", to: "/connections" }]}
      titleOf={({ name }) => name}
      lead={(found) => <Lead connection={found} />}
    >
      {(found) => (
        <>
          <Access connection={found} mayWrite={mayWrite} />
          {found.status !== "reconnect" && found.provider !== "zapier" && (
            <Panel title="What it reaches">
              <Bases connectionId={found.id} provider={found.provider} />
            </Panel>
          )}
          {found.provider === "notion" && <Changes connection={found} mayWrite={mayWrite} />}
          {mayWrite && <DiagnosisPanel id={found.id} />}
          {mayWrite && <Settings connection={found} />}
        </>
      )}
    </ThingPage>
  );
}

function Lead({ connection }: { connection: Connection }) {
  return (
    <>
      <Status {...connectionStatus(connection)} />
      <span>{providerName(connection)}</span>
      {connection.endpoint === "sandbox" && <SandboxLink />}
      <BookLink id={connection.id} />
    </>
  );
}

/** The sandbox's own page shows its tables and has switches for every fault. */
function SandboxLink() {
  const system = $api.useQuery("get", "/system");
  const url = system.data?.sandbox?.url;
  return url ? <a href={url}>The sandbox’s own page</a> : null;
}

function Access({ connection, mayWrite }: { connection: Connection; mayWrite: boolean }) {
  const { id, provider, account, token_hint, last_tested_at, last_accepted_at, last_problem } =
    connection;
  const refresh = useRefresh();
  const [beginError, setBeginError] = useState<unknown>();
  const test = useMutation({
    mutationFn: async () => {
      const { data } = await client.POST("/connections/{id}/test", { params: { path: { id } } });
      return data as ConnectionTest;
    },
    onSettled: () => refresh("/connections"),
  });
  return (
    <Panel
      title="Access"
      aside={
        mayWrite && (
          <div className="actions">
            <Button icon="run" isDisabled={test.isPending} onPress={() => test.mutate()}>
              {test.isPending ? "Testing…" : provider === "zapier" ? "Send a test" : "Test"}
            </Button>
            {wordsOf(provider).token && <ReplaceToken connection={connection} />}
            <Reconnect connection={connection} onFailed={setBeginError} />
          </div>
        )
      }
    >
      <div className="card">
        <Facts
          facts={[
            { label: "Account", value: account?.email ?? account?.id ?? "Not known yet" },
            { label: "Token", value: <code>{token_hint}</code> },
            ...grantFacts(connection),
            {
              label: "Last tested",
              value: last_tested_at ? <Ago time={last_tested_at} /> : "Never",
            },
            {
              label: "Last call that worked",
              value: last_accepted_at ? <Ago time={last_accepted_at} /> : "Never",
            },
          ]}
        />
        {last_problem && !test.data && (
          <Notice tone="warn" title="What went wrong last">
            <p>{last_problem}</p>
          </Notice>
        )}
        <Failure error={beginError ?? test.error} />
        {test.data && <TestResult result={test.data} />}
      </div>
    </Panel>
  );
}

/** What a person has allowed, and how long that holds. */
function grantFacts({ oauth, status, provider }: Connection): Fact[] {
  if (!oauth) return [];
  const { scopes, expires_at, renewable_until } = oauth;
  const facts: Fact[] = [];
  if (scopes.length > 0) facts.push({ label: "Allowed", value: scopes.join(", ") });
  if (status === "reconnect") return facts;
  if (expires_at) {
    facts.push({ label: "Token ends", value: <Ago time={expires_at} /> });
  }
  if (renewable_until) {
    // Google tells an end only where it ends what was allowed, used or not.
    const label = provider === "google" ? "What was allowed ends" : "Renewed by itself until";
    facts.push({ label, value: <Ago time={renewable_until} /> });
  }
  return facts;
}

function TestResult({ result: { ok, account, latency_ms, problem } }: { result: ConnectionTest }) {
  if (!ok) {
    return (
      <Notice tone="bad" title="The test failed">
        <p>{problem}</p>
      </Notice>
    );
  }
  return (
    <Notice tone="good" title={`It works: answered in ${latency_ms} ms`}>
      {account?.scopes && <p>The token may: {account.scopes.join(", ")}</p>}
    </Notice>
  );
}

function Settings({ connection }: { connection: Connection }) {
  const refresh = useRefresh();
  const navigate = useNavigate();
  const params = { path: { id: connection.id } };
  const show = useAtOnce<Connection>(
    $api.queryOptions("get", "/connections/{id}", { params }).queryKey,
  );
  return (
    <Panel title="Settings">
      <div className="matters">
        <Rename
          thing={connection}
          showAtOnce={show}
          read={async () => {
            const { data } = await client.GET("/connections/{id}", { params });
            return data as Connection;
          }}
          write={(body, tag) => {
            const header = { "If-Match": tag };
            return client.PATCH("/connections/{id}", { params: { ...params, header }, body });
          }}
          refresh={() => refresh("/connections", "/syncs")}
        />
        <Deletion
          noun="connection"
          name={connection.name}
          loss={
            <p>Its sealed token is destroyed. What is at {providerName(connection)} stays there.</p>
          }
          readDependents={async () => {
            const { data } = await client.GET("/connections/{id}/dependents", { params });
            return data?.items ?? [];
          }}
          remove={() =>
            client.DELETE("/connections/{id}", {
              params: {
                ...params,
                query: { cascade: true },
                header: { "If-Match": tagOf(connection.version) },
              },
            })
          }
          onDeleted={async () => {
            announce(`${connection.name} is deleted.`);
            await navigate({ to: "/connections" });
            await refresh("/connections", "/syncs", "/runs", "/system");
          }}
        />
      </div>
    </Panel>
  );
}
