import { getRouteApi } from "@tanstack/react-router";
import { changeSearch } from "../../ui/address";
import type { FunnelSearch } from "./search";

const route = getRouteApi("/signed-in/sites/$id/funnel");

type Change = { [Part in keyof FunnelSearch]?: FunnelSearch[Part] | undefined };

/** Changes the funnel, in the address; the page stays where it is. */
export function useShowFunnel(): (change: Change) => void {
  const navigate = route.useNavigate();
  return (change) =>
    void navigate({
      search: (now) => changeSearch<FunnelSearch>(now, change),
      resetScroll: false,
    });
}
