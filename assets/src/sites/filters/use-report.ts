import { keepPreviousData } from "@tanstack/react-query";
import { useMemo } from "react";
import { $api } from "../../api/client";
import type { Report, ReportQuery } from "../../api/types";

interface Reading {
  /** Looked at again after so long; never when left out. */
  everyMs?: number | false;
  enabled?: boolean;
}

/** A report of a site; the one before stays until the next is there. */
export function useReport(id: string, body: ReportQuery, reading: Reading = {}) {
  return $api.useQuery("post", "/sites/{id}/reports", asked(id, body), optionsOf(reading));
}

/** What the appliance is asked with. */
export function asked(id: string, body: ReportQuery) {
  return { params: { path: { id } }, body };
}

/** The questions of one page by their names; what is undefined is not asked. */
export type Questions<Name extends string> = { [Part in Name]?: ReportQuery | undefined };

/** Several reports in one request, by their names; those before stay until the next are there. */
export function useReports<Name extends string>(
  id: string,
  questions: Questions<Name>,
  reading: Reading = {},
) {
  const named = Object.entries(questions) as [Name, ReportQuery | undefined][];
  const reports = named.flatMap(([name, query]) => (query ? { name, query } : []));
  const { data: answer, ...query } = $api.useQuery(
    "post",
    "/sites/{id}/reports/together",
    { params: { path: { id } }, body: { reports } },
    optionsOf(reading),
  );
  const data = useMemo(() => {
    const found = answer?.reports.map(({ name, report }) => [name, report] as const);
    return found && (Object.fromEntries(found) as Partial<Record<Name, Report>>);
  }, [answer]);
  return { ...query, data };
}

function optionsOf({ everyMs = false, enabled = true }: Reading) {
  return { refetchInterval: everyMs, enabled, placeholderData: keepPreviousData };
}
