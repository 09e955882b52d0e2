import { keepPreviousData } from "@tanstack/react-query";
import { $api } from "../../api/client";
import type { ReportQuery } from "../../api/types";

interface Reading {
  /** Looked at again after so long; never when left out. */
  everyMs?: number | false;
  enabled?: boolean;
}

/** A report of a site; the one before stays until the next is there. */
export function useReport(id: string, body: ReportQuery, reading: Reading = {}) {
  const { everyMs = false, enabled = true } = reading;
  return $api.useQuery("post", "/sites/{id}/reports", asked(id, body), {
    refetchInterval: everyMs,
    enabled,
    placeholderData: keepPreviousData,
  });
}

/** What the appliance is asked with. */
export function asked(id: string, body: ReportQuery) {
  return { params: { path: { id } }, body };
}
