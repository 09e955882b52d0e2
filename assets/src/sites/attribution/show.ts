import { getRouteApi } from "@tanstack/react-router";
import { changeSearch } from "../../ui/address";
import type { AttributionSearch } from "./search";

const route = getRouteApi("/signed-in/sites/$id/attribution");

type Change = { [Part in keyof AttributionSearch]?: AttributionSearch[Part] | undefined };

/** Changes how conversions are divided, in the address; the page stays where it is. */
export function useShowAttribution(): (change: Change) => void {
  const navigate = route.useNavigate();
  return (change) =>
    void navigate({
      search: (now) => changeSearch<AttributionSearch>(now, change),
      resetScroll: false,
    });
}
