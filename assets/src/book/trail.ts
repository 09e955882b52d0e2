import { useEffect, useState } from "react";
import { $api } from "../api/client";
import { fits, goesOn, spanOfRequest } from "./filter";
import { type Entry, readLine } from "./line";
import { type BookSearch, isNarrowed } from "./search";
import { useStart } from "./start";

/** How many lines are shown at first, and how many more each time. */
const shownAtOnce = 50;
/** How many lines a search looks at before it asks whether to go on. */
const lookedAtOnce = 5_000;
/** The most that the appliance gives at once. */
const mostOfAPart = 500;

export type Row = Entry & { line: unknown };

/** The lines that fit, newest first, read part after part until there are enough. */
export function useTrail(search: BookSearch) {
  const { line: _, ...wishes } = search;
  const [rounds, setRounds] = useRounds(JSON.stringify(wishes));
  const wanted = { ...wishes, ...(search.request ? spanOfRequest(search.request) : {}) };
  const start = useStart(wanted.until);
  const events = useEvents(
    search,
    start.data ?? null,
    wanted.until === undefined || start.isSuccess,
  );
  const read = events.data?.pages.flatMap(({ items }) => items).map(toRow) ?? [];
  const rows = read.filter((entry) => fits(entry, wanted));
  const oldest = read.at(-1)?.time;
  const isMore = events.hasNextPage && !(wanted.from && oldest && oldest < wanted.from);
  const progress = {
    found: rows.length,
    wanted: rounds * shownAtOnce,
    looked: read.length,
    mayLook: rounds * lookedAtOnce,
    isMore,
  };
  const isGoingOn = !events.isError && goesOn(progress);
  useEffect(() => {
    if (isGoingOn && !events.isFetching) void events.fetchNextPage();
  });
  return {
    rows: rows.slice(0, progress.wanted),
    looked: read.length,
    error: start.error ?? events.error,
    retry: () => void (start.isError ? start.refetch() : events.refetch()),
    isReading: events.isPending || isGoingOn,
    isMore: isMore || rows.length > progress.wanted,
    goOn: () => setRounds(rounds + 1),
  };
}

/** Counts how often the reader asked to go on; another search begins anew. */
function useRounds(key: string): [number, (rounds: number) => void] {
  const [asked, setAsked] = useState({ key, rounds: 1 });
  return [asked.key === key ? asked.rounds : 1, (rounds) => setAsked({ key, rounds })];
}

function useEvents(search: BookSearch, start: number | null, enabled: boolean) {
  const limit = isNarrowed(search) ? mostOfAPart : shownAtOnce;
  return $api.useInfiniteQuery(
    "get",
    "/audit/events",
    { params: { query: { limit, code: search.code } } },
    {
      pageParamName: "before",
      initialPageParam: start,
      getNextPageParam: ({ next }) => next,
      enabled,
      // Each reading is an act that stands in the book itself: none without being asked.
      refetchOnWindowFocus: false,
    },
  );
}

/** One line, wherever it stands; `undefined` while it is read. */
export function useLine(sequence: number | undefined, rows: readonly Row[]) {
  const known = rows.find((row) => row.sequence === sequence);
  const query = $api.useQuery(
    "get",
    "/audit/events",
    { params: { query: { limit: 1, before: (sequence ?? 0) + 1 } } },
    { enabled: sequence !== undefined && !known, staleTime: Number.POSITIVE_INFINITY },
  );
  const [line] = query.data?.items ?? [];
  return { row: known ?? (line === undefined ? undefined : toRow(line)), error: query.error };
}

function toRow(line: unknown): Row {
  return { ...readLine(line), line };
}
