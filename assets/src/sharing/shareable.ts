import type { Option } from "../ui/fields";

/** Somebody whom a thing is shared with, and how far they may go. */
export interface Share<Level extends string> {
  user_id: string;
  email: string;
  level: Level;
  /** How many syncs of theirs take records from it, where it can have any. */
  syncs?: number;
  created_at: string;
  version: number;
}

/** Those whom a thing is shared with, part after part. */
export interface SharesQuery<Level extends string> {
  data: { pages: { items: Share<Level>[] }[] } | undefined;
  error: unknown;
  isError: boolean;
  isPending: boolean;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  refetch: () => unknown;
  fetchNextPage: () => unknown;
}

/** A thing that can be shared with colleagues, and the calls that do so. */
export interface Shareable<Level extends string> {
  id: string;
  /** What people call it. */
  name: string;
  /** The address of whom it belongs to, for those who have it by a share. */
  owner: string | undefined;
  /** How far it can be shared, the least first. */
  levels: readonly [Option<Level>, ...Option<Level>[]];
  /** What outlasts a share that is withdrawn, if anything does. */
  outlasting?: string;
  /** Whether syncs can be made from it. */
  hasSyncs: boolean;
  /** Where the list of such things is shown. */
  home: "/datasets" | "/sites";
  useShares: () => SharesQuery<Level>;
  share: (wish: { email: string; level: Level }) => Promise<unknown>;
  change: (user: string, level: Level, tag: string) => Promise<unknown>;
  withdraw: (user: string, tag: string) => Promise<unknown>;
  leave: () => Promise<unknown>;
}

/** How many are read at once. */
export const pageSize = 50;

/** How the parts of a list of shares follow each other. */
export const inParts = {
  pageParamName: "after",
  initialPageParam: null,
  getNextPageParam: ({ next }: { next?: string }) => next,
};

/** The address of the list of a thing's shares. */
export function sharesOf({ home }: { home: string }): string {
  return `${home}/{id}/shares`;
}
