import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failure } from "./notice";
import { SkeletonRows } from "./skeleton";

interface LoadedProps<Data> {
  query: Pick<UseQueryResult<Data, unknown>, "data" | "isError" | "error"> & {
    refetch: () => unknown;
  };
  /** Takes the room that the content will need. */
  waiting?: ReactNode;
  children: (data: Data) => ReactNode;
}

/** Shows what a query reads: a skeleton first, then the content, or why there is none. */
export function Loaded<Data>({ query, waiting = <SkeletonRows />, children }: LoadedProps<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (query.isError) return <Failure error={query.error} onRetry={() => query.refetch()} />;
  return waiting;
}
