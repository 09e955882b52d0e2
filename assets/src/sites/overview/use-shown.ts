import { useMemo, useState } from "react";
import { $api } from "../../api/client";
import { useReport } from "../filters/use-report";
import { type Shown, withRates } from "./shown";
import { mostSteps, type Narrowing, rates, reportMs, useNarrowed } from "./use-narrowed";

const refetchMs = 30_000;

/** The figures of a site: of all its visits from the overview, of those that filters pick from reports. */
export function useShown(what: Narrowing) {
  const isNarrowed = what.filters.length > 0 || what.segment !== undefined;
  const whole = useWhole(what, !isNarrowed);
  const narrowed = useNarrowed(what, isNarrowed);
  const { data, ...query } = isNarrowed ? narrowed : whole;
  const kept = useKept(data);
  const isLoadingError = query.isError && data === undefined;
  return {
    ...query,
    data: isLoadingError ? undefined : kept,
    isOld: data === undefined,
    isLoadingError,
    isRefetchError: query.isError && data !== undefined,
  };
}

function useWhole({ site, range, compare, isLive }: Narrowing, enabled: boolean) {
  const overview = $api.useQuery(
    "get",
    "/sites/{id}/overview",
    { params: { path: { id: site.id }, query: { ...range, compare } } },
    // Only what can still change is read again, and only while somebody looks.
    { refetchInterval: isLive && refetchMs, enabled },
  );
  const byDay = useReport(
    site.id,
    { ...range, compare, dimensions: ["day"], metrics: [...rates], sort: "day", limit: mostSteps },
    { everyMs: isLive && reportMs, enabled: enabled && range.from !== range.to },
  );
  const known = byDay.isPlaceholderData ? undefined : byDay.data;
  const data = useMemo(
    () => overview.data && withRates(overview.data, known),
    [overview.data, known],
  );
  return { data, isError: overview.isError, error: overview.error, refetch: overview.refetch };
}

/** What is there, or what was there last while the next is read. */
function useKept(shown: Shown | undefined): Shown | undefined {
  const [kept, setKept] = useState(shown);
  if (shown !== undefined && shown !== kept) setKept(shown);
  return shown ?? kept;
}
