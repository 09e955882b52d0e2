import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failure } from "./notice";
import { SkeletonRows } from "./skeleton";

/** What is read, or why it is not. */
export type Reading<Data> = Pick<UseQueryResult<Data, unknown>, "data" | "isError" | "error"> & {
  refetch: () => unknown;
};

interface LoadedProps<Data> {
  query: Reading<Data>;
  /** Takes the room that the content will need. */
  waiting?: ReactNode;
  /** What could not be read, for where no heading tells: "The segments could not be read". */
  failed?: string;
  children: (data: Data) => ReactNode;
}

/** Shows what a query reads: a skeleton first, then the content, or why there is none. */
export function Loaded<Data>(props: LoadedProps<Data>) {
  const { query, waiting = <SkeletonRows />, failed, children } = props;
  if (query.data !== undefined) return children(query.data);
  if (!query.isError) return waiting;
  return <Failure error={query.error} what={failed} onRetry={() => query.refetch()} />;
}
