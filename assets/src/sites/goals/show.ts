import { getRouteApi } from "@tanstack/react-router";
import { changeSearch } from "../../ui/address";
import type { RangeSearch, ShowRange } from "../overview/range-search";

const route = getRouteApi("/signed-in/sites/$id/goals");

/** Changes of which days goals are told, in the address; the page stays where it is. */
export function useShowGoals(): ShowRange {
  const navigate = route.useNavigate();
  return (change) =>
    void navigate({
      search: (now) => changeSearch<RangeSearch>(now, change),
      resetScroll: false,
    });
}
