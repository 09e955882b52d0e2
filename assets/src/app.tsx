import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { RouterProvider as LinkProvider } from "react-aria-components";
import { createQueries } from "./api/queries";
import { adoptSession } from "./api/session";
import { type AppRouter, createAppRouter, type History } from "./router";

/** The whole UI upon a history: the address bar's, or a test's own. */
export function App({ history }: { history?: History }) {
  const [{ queries, router }] = useState(() => assemble(history));
  return (
    <QueryClientProvider client={queries}>
      <AriaLinks router={router}>
        <RouterProvider router={router} />
      </AriaLinks>
    </QueryClientProvider>
  );
}

function assemble(history?: History): { queries: QueryClient; router: AppRouter } {
  const queries = createQueries(() => {
    adoptSession(queries, null);
    void router.invalidate();
  });
  const router = createAppRouter(queries, history);
  return { queries, router };
}

/** Links within menus go through the router, except downloads. */
function AriaLinks({ router, children }: { router: AppRouter; children: ReactNode }) {
  return <LinkProvider navigate={(href) => router.history.push(href)}>{children}</LinkProvider>;
}
