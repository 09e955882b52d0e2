import { useMutation, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { client } from "../../api/client";
import { ApiProblem } from "../../api/problem";
import { useRefresh } from "../../api/queries";
import { sessionQuery } from "../../api/session";
import type { Connection } from "../../api/types";
import { Gate } from "../../ui/gate";
import { Failure, Notice } from "../../ui/notice";
import { type Returned, takeReturned } from "./returned";

const route = getRouteApi("/connections/callback/$provider");

/** Where a provider sends people back to: it finishes what they began, and goes on to it. */
export function Callback() {
  const { provider } = route.useParams();
  const [returned] = useState(takeReturned);
  const finish = useFinish(provider);
  const isBegun = useRef(false);
  useEffect(() => {
    if (!returned || isBegun.current) return;
    isBegun.current = true;
    finish.mutate(returned);
  }, [returned, finish.mutate]);
  return (
    <Gate title="Connecting your account">
      <div className="card form">
        {returned ? <Outcome error={finish.error} /> : <NothingToFinish />}
      </div>
    </Gate>
  );
}

class SignedOut extends Error {}

function useFinish(provider: string) {
  const queries = useQueryClient();
  const refresh = useRefresh();
  const navigate = useNavigate();
  return useMutation({
    // What came back is good once: sent again, it could only be refused.
    retry: false,
    mutationFn: async (body: Returned) => {
      const session = await queries.fetchQuery(sessionQuery);
      if (!session) throw new SignedOut();
      const { data } = await client.POST("/connections/authorizations/{provider}/complete", {
        params: { path: { provider } },
        body,
      });
      return data as Connection;
    },
    onSuccess: async ({ id }) => {
      await refresh("/connections", "/system");
      await navigate({ to: "/connections/$id", params: { id }, replace: true });
    },
  });
}

function Outcome({ error }: { error: unknown }) {
  if (!error) {
    return <p role="status">One moment: the tokens are fetched and sealed.</p>;
  }
  if (error instanceof SignedOut) {
    return (
      <Told title="You are signed out">
        Nothing was connected. Sign in, and connect anew from there.
      </Told>
    );
  }
  const code = error instanceof ApiProblem ? error.code : undefined;
  if (code === "authorization_failed") {
    return (
      <Told title="The account was not connected">
        {error instanceof ApiProblem && error.problem.detail}
      </Told>
    );
  }
  if (code === "validation_failed") {
    return (
      <Told title="This way back is good no more">
        It was used already, took longer than ten minutes, or was begun in another browser. Nothing
        was connected.
      </Told>
    );
  }
  return (
    <>
      <Failure error={error} />
      <Ways />
    </>
  );
}

function Told({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <Notice tone="warn" title={title}>
        <p>{children}</p>
      </Notice>
      <Ways />
    </>
  );
}

function NothingToFinish() {
  return (
    <Told title="There is nothing to finish here">
      This page is where a provider sends you back to when you connect an account.
    </Told>
  );
}

function Ways() {
  return (
    <div className="actions">
      <Link className="button primary" to="/connections/new">
        Begin anew
      </Link>
      <Link className="button secondary" to="/connections">
        All connections
      </Link>
    </div>
  );
}
