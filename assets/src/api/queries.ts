import { MutationCache, QueryCache, QueryClient, useQueryClient } from "@tanstack/react-query";
import { ApiProblem } from "./problem";
import { isWorthRetrying, isWorthSendingAgain, retryDelayMs } from "./retry";

/** Builds the cache of what was read; `onSignedOut` hears of a session that has ended elsewhere. */
export function createQueries(onSignedOut: () => void): QueryClient {
  const onError = (error: Error) => {
    if (error instanceof ApiProblem && error.code === "not_signed_in") onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      // What the browser thinks of the network says nothing of an appliance in the same house.
      queries: {
        retry: isWorthRetrying,
        retryDelay: retryDelayMs,
        staleTime: 5_000,
        networkMode: "always",
      },
      mutations: {
        retry: isWorthSendingAgain,
        retryDelay: retryDelayMs,
        networkMode: "always",
      },
    },
  });
}

/** Marks everything read below some addresses as old, so that what is on screen is read again. */
export function useRefresh(): (...prefixes: string[]) => Promise<void> {
  const queries = useQueryClient();
  return (...prefixes) => refreshIn(queries, ...prefixes);
}

/** The same for an effect, which must not begin anew with each rendering. */
export function refreshIn(queries: QueryClient, ...prefixes: string[]): Promise<void> {
  return queries.invalidateQueries({
    predicate: ({ queryKey: [, path] }) =>
      typeof path === "string" && prefixes.some((prefix) => path.startsWith(prefix)),
  });
}
