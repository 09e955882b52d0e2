import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Loaded } from "./loaded";
import { Page, type PageProps } from "./page";

interface ThingPageProps<Thing> extends Omit<PageProps, "title" | "lead" | "actions" | "children"> {
  query: UseQueryResult<Thing, unknown>;
  /** The heading, once the thing is known. */
  titleOf: (thing: Thing) => string;
  lead: (thing: Thing) => ReactNode;
  actions?: (thing: Thing) => ReactNode;
  /** Sister pages: there before the thing is. */
  tabs?: ReactNode;
  children: (thing: Thing) => ReactNode;
}

/**
 * The page of one thing: holds the room of its heading while it is read, and says why where it
 * cannot be.
 */
export function ThingPage<Thing>(props: ThingPageProps<Thing>) {
  const { query, titleOf, lead, actions, tabs, children, ...rest } = props;
  const { data, isError } = query;
  return (
    <Page
      {...rest}
      title={data === undefined ? waitingTitle(isError) : titleOf(data)}
      lead={data === undefined ? waitingLead(isError) : lead(data)}
      actions={data !== undefined && actions?.(data)}
    >
      {tabs}
      <Loaded query={query}>{children}</Loaded>
    </Page>
  );
}

function waitingTitle(isError: boolean): string | undefined {
  return isError ? "Nothing to show" : undefined;
}

function waitingLead(isError: boolean): ReactNode {
  return !isError && <span className="skeleton line" />;
}
