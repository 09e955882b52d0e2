import { getRouteApi } from "@tanstack/react-router";
import { changeSearch } from "../../ui/address";
import type { ReportSearch } from "./search";

const route = getRouteApi("/signed-in/sites/$id/reports");

type Change = { [Part in keyof ReportSearch]?: ReportSearch[Part] | undefined };

/** Changes the report, in the address; with other rows it begins at the first page. */
export function useShowReport(): (change: Change) => void {
  const navigate = route.useNavigate();
  return (change) =>
    void navigate({
      search: (now) => changeSearch<ReportSearch>(now, { page: undefined, ...change }),
      resetScroll: false,
    });
}
