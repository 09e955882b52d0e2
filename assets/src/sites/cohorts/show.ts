import { getRouteApi } from "@tanstack/react-router";
import { changeSearch } from "../../ui/address";
import type { CohortsSearch } from "./search";

const route = getRouteApi("/signed-in/sites/$id/cohorts");

type Change = { [Part in keyof CohortsSearch]?: CohortsSearch[Part] | undefined };

/** Changes which cohorts are shown, in the address; the page stays where it is. */
export function useShowCohorts(): (change: Change) => void {
  const navigate = route.useNavigate();
  return (change) =>
    void navigate({
      search: (now) => changeSearch<CohortsSearch>(now, change),
      resetScroll: false,
    });
}
