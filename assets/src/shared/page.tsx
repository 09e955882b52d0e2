import { useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { client } from "../api/client";
import { ApiProblem } from "../api/problem";
import type { SharedOverview } from "../api/types";
import { Button } from "../ui/button";
import { TextField } from "../ui/fields";
import { Gate } from "../ui/gate";
import { Loaded } from "../ui/loaded";
import { Failure } from "../ui/notice";
import { SkeletonRows } from "../ui/skeleton";
import { SharedFigures } from "./figures";

/** A site's figures for whoever has the link, and no account. */
export function Shared() {
  const { hash: link } = useLocation();
  const [password, setPassword] = useState("");
  const shared = useShared(link, password);
  const code = shared.error instanceof ApiProblem ? shared.error.code : undefined;
  useUnlisted();
  if (code === "link_not_found") return <Nowhere />;
  if (code === "link_password") {
    return <Locked wasTried={password !== ""} isBusy={shared.isFetching} onTry={setPassword} />;
  }
  return (
    <Frame shared={shared.data}>
      {shared.isRefetchError && <Failure error={shared.error} onRetry={() => shared.refetch()} />}
      <Loaded query={shared} waiting={<SkeletonRows rows={12} />}>
        {(found) => <SharedFigures shared={found} />}
      </Loaded>
    </Frame>
  );
}

/** What the link shows. No cookie goes along: an account that is signed in changes nothing. */
function useShared(link: string, password: string) {
  return useQuery({
    queryKey: ["shared", link, password],
    queryFn: async ({ signal }) => {
      const { data } = await client.POST("/shared/overview", {
        body: { link, ...(password && { password }) },
        credentials: "omit",
        signal,
      });
      return data as SharedOverview;
    },
    retry: false,
    // Each time that it is asked counts as an opening: when the reader comes back, and not by itself.
    refetchInterval: false,
  });
}

/** No search engine lists the page. */
function useUnlisted() {
  useEffect(() => {
    const robots = document.createElement("meta");
    robots.name = "robots";
    robots.content = "noindex, nofollow";
    document.head.append(robots);
    return () => robots.remove();
  }, []);
}

function Frame({ shared, children }: { shared: SharedOverview | undefined; children: ReactNode }) {
  const title = shared ? `${shared.site}: ${shared.name}` : "Shared figures";
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <main className="main page shared-page">
      <header className="page-head">
        <div className="page-title">
          <h1 tabIndex={-1}>{title}</h1>
        </div>
      </header>
      {children}
    </main>
  );
}

function Nowhere() {
  return (
    <Gate title="This link leads nowhere">
      <p>
        It is not complete, has ended, or was revoked. Whoever sent it to you can make another one.
      </p>
    </Gate>
  );
}

interface LockedProps {
  wasTried: boolean;
  isBusy: boolean;
  onTry: (password: string) => void;
}

function Locked({ wasTried, isBusy, onTry }: LockedProps) {
  const [password, setPassword] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onTry(password);
  };
  return (
    <Gate title="This link has a password">
      <p>Whoever sent it to you knows it.</p>
      <form className="form card" onSubmit={submit}>
        <TextField
          label="Password"
          type="password"
          autoComplete="off"
          isRequired
          autoFocus
          value={password}
          onChange={setPassword}
          {...(wasTried && !isBusy ? { error: "This is not the password." } : {})}
        />
        <Button look="primary" type="submit" isDisabled={isBusy}>
          Open
        </Button>
      </form>
    </Gate>
  );
}
