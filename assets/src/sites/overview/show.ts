import { getRouteApi } from "@tanstack/react-router";
import { changeSearch } from "../../ui/address";
import type { OverviewSearch } from "./search";

const route = getRouteApi("/signed-in/sites/$id");

type Change = { [Part in keyof OverviewSearch]?: OverviewSearch[Part] | undefined };

/** Changes what is shown, in the address; the page stays where it is. */
export function useShow(): (change: Change) => void {
  const navigate = route.useNavigate();
  return (change) =>
    void navigate({ search: (now) => changeSearch(now, change), resetScroll: false });
}
