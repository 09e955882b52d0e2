import { type QueryClient, queryOptions, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { client } from "./client";
import { rememberCsrfToken } from "./csrf";
import { ApiProblem } from "./problem";
import type { Permission, Session } from "./types";

/** Who is signed in; `null` when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: fetchSession,
  staleTime: Number.POSITIVE_INFINITY,
});

async function fetchSession(): Promise<Session | null> {
  try {
    const { data } = await client.GET("/auth/session");
    rememberCsrfToken(data?.csrf_token);
    return data ?? null;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return null;
    throw error;
  }
}

/** Takes a fresh session over, or `null` when it has ended; nothing of the last one is kept. */
export function adoptSession(queries: QueryClient, session: Session | null): void {
  rememberCsrfToken(session?.csrf_token);
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] });
  queries.setQueryData(sessionQuery.queryKey, session);
}

const signedIn = getRouteApi("/signed-in");

/**
 * The session that the page was opened in.
 *
 * Pages behind the sign-in always have one: when it ends, the way to the sign-in is taken before
 * anything is drawn without it.
 */
export function useSession(): Session {
  return signedIn.useRouteContext({ select: ({ session }) => session });
}

/** Whether the user may do something; pages leave out what they may not. */
export function useMay(permission: Permission): boolean {
  return useSession().permissions.includes(permission);
}

/** Ends the session here and at the appliance. */
export function useSignOut(): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    await client.POST("/auth/logout");
    adoptSession(queries, null);
  };
}
