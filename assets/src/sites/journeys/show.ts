import { getRouteApi } from "@tanstack/react-router";
import { changeSearch } from "../../ui/address";
import type { JourneysSearch } from "./search";

const route = getRouteApi("/signed-in/sites/$id/journeys");

type Change = { [Part in keyof JourneysSearch]?: JourneysSearch[Part] | undefined };

/** Changes which ways are told, in the address; the page stays where it is. */
export function useShowJourneys(): (change: Change) => void {
  const navigate = route.useNavigate();
  return (change) =>
    void navigate({
      search: (now) => changeSearch<JourneysSearch>(now, change),
      resetScroll: false,
    });
}
