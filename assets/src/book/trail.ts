import { useEffect, useState } from "react";
import { $api } from "../api/client";
import { type Entry, readLine } from "./line";
import { type BookSearch, wishOf } from "./search";

/** How many lines are shown at first, and how many more each time. */
const shownAtOnce = 50;
/** A search that finds little goes on by itself for so many parts, then asks. */
const partsAtOnce = 16;

export type Row = Entry & { line: unknown };

/** How far a search has looked. */
export interface Looked {
  lines: number;
  /** The moment of the last line that was looked at. */
  until: string | undefined;
}

/** The lines that fit, as the appliance finds them, read part after part until there are enough. */
export function useTrail(search: BookSearch) {
  const wish = wishOf(search);
  const [rounds, setRounds] = useRounds(JSON.stringify(wish));
  const events = $api.useInfiniteQuery(
    "get",
    "/audit/events",
    { params: { query: { limit: shownAtOnce, ...wish } } },
    {
      pageParamName: "after",
      initialPageParam: null,
      getNextPageParam: ({ next }) => next,
      // Each reading is an act that stands in the book itself: none without being asked.
      refetchOnWindowFocus: false,
    },
  );
  const pages = events.data?.pages ?? [];
  const rows = pages.flatMap(({ items }) => items).map(toRow);
  const isMore = events.hasNextPage;
  const isWanting = rows.length < rounds * shownAtOnce && pages.length < rounds * partsAtOnce;
  const isGoingOn = isMore && isWanting && !events.isError && pages.length > 0;
  useEffect(() => {
    if (isGoingOn && !events.isFetching) void events.fetchNextPage();
  });
  const looked: Looked = {
    lines: pages.reduce((sum, page) => sum + page.scanned_lines, 0),
    until: pages.at(-1)?.scanned_to?.time,
  };
  return {
    rows,
    looked,
    error: events.error,
    retry: () => void (rows.length > 0 ? events.fetchNextPage() : events.refetch()),
    isReading: events.isPending || isGoingOn,
    isMore,
    goOn: () => setRounds(rounds + 1),
  };
}

/** Counts how often the reader asked to go on; another search begins anew. */
function useRounds(key: string): [number, (rounds: number) => void] {
  const [asked, setAsked] = useState({ key, rounds: 1 });
  return [asked.key === key ? asked.rounds : 1, (rounds) => setAsked({ key, rounds })];
}

/** One line, wherever it stands; `undefined` while it is read. */
export function useLine(sequence: number | undefined, rows: readonly Row[]) {
  const known = rows.find((row) => row.sequence === sequence);
  const query = $api.useQuery(
    "get",
    "/audit/events",
    { params: { query: { limit: 1, first_line: sequence, last_line: sequence } } },
    { enabled: sequence !== undefined && !known, staleTime: Number.POSITIVE_INFINITY },
  );
  const [line] = query.data?.items ?? [];
  return { row: known ?? (line === undefined ? undefined : toRow(line)), error: query.error };
}

function toRow(line: unknown): Row {
  return { ...readLine(line), line };
}
