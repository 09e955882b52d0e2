import { getRouteApi } from "@tanstack/react-router";
import { $api } from "../../api/client";
import { announce } from "../../ui/announce";
import { KeptButton } from "../kept/button";
import type { Range } from "../overview/range";
import type { RangeSearch } from "../overview/range-search";
import type { Wanted } from "../reports/search";
import { savedCalls } from "./calls";
import { questionOf, questionWords, searchOf } from "./question";

const route = getRouteApi("/signed-in/sites/$id/reports");

/** A site has no more. */
const most = 100;

interface SavedProps {
  siteId: string;
  /** The days as they stand in the address, and those that it means. */
  search: RangeSearch;
  days: Range;
  wanted: Wanted;
}

/** The reports of a site that have a name: one is opened, and the one that stands here is saved. */
export function SavedReports({ siteId, search, days, wanted }: SavedProps) {
  const navigate = route.useNavigate();
  const params = { path: { id: siteId }, query: { limit: most } };
  const saved = $api.useQuery("get", "/sites/{id}/saved-reports", { params });
  return (
    <KeptButton
      label="Saved reports"
      calls={savedCalls(siteId, questionOf(search, days, wanted))}
      query={saved}
      aboutOf={({ query }) => questionWords(query)}
      onChoose={({ name, query }) => {
        void navigate({ search: searchOf(query), resetScroll: false });
        announce(`The report ${name} is open.`);
      }}
      onMade={() => undefined}
    />
  );
}
