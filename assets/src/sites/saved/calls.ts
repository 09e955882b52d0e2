import { client } from "../../api/client";
import { tagOf } from "../../api/guarded";
import type { SavedQuestion, SavedReport } from "../../api/types";
import type { Calls } from "../kept/calls";
import { rangeWords } from "../overview/range";

/** What can be done with the saved reports of a site, where this one stands on the page. */
export function savedCalls(siteId: string, query: SavedQuestion): Calls<SavedReport> {
  const one = ({ id, version }: SavedReport) => ({
    path: { id: siteId, report: id },
    header: { "If-Match": tagOf(version) },
  });
  return {
    noun: "report",
    make: async (name) => {
      const params = { path: { id: siteId } };
      const { data } = await client.POST("/sites/{id}/saved-reports", {
        params,
        body: { name, query },
      });
      return data as SavedReport;
    },
    change: async (report, name, takes) => {
      const body = takes === "page" ? { name, query } : { name };
      const params = one(report);
      const { data } = await client.PATCH("/sites/{id}/saved-reports/{report}", { params, body });
      return data as SavedReport;
    },
    remove: (report) =>
      client.DELETE("/sites/{id}/saved-reports/{report}", { params: one(report) }),
    touches: ["/sites/{id}/saved-reports"],
    words: {
      keep: keepWords(query),
      take: "With the report that stands here now",
      loss: "Visits and events stay as they are. Whoever looks for the report by its name finds it no more.",
    },
  };
}

/** Says so where a report stays with the days that it has now. */
function keepWords({ from, to }: SavedQuestion): string {
  if (!from || !to) return "Save this report as";
  return `Save this report, always of ${rangeWords({ from, to })}, as`;
}
