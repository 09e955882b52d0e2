import { client } from "../../api/client";
import type { ReportExport, ReportFormat } from "../../api/types";
import { saveBlob } from "../../ui/save";

/** What can be taken away: a report, an overview or a funnel. */
export type Question = Omit<ReportExport, "format">;

/** Has a file made that tells the answer, and hands it to the reader. */
export async function takeAway(id: string, question: Question, format: ReportFormat) {
  const { data, response } = await client.POST("/sites/{id}/reports/export", {
    params: { path: { id } },
    body: { format, ...question },
    parseAs: "blob",
  });
  const name = nameIn(response.headers.get("content-disposition")) ?? `report.${format}`;
  saveBlob(name, data as Blob);
  return name;
}

/** The name that a file comes with; the appliance gives it letters, digits, `-`, `_` and a point. */
function nameIn(disposition: string | null): string | undefined {
  return disposition?.match(/filename="([\w.-]+)"/)?.[1];
}
