import { getRouteApi } from "@tanstack/react-router";
import { choose, type NewSyncSearch } from "./search";

const route = getRouteApi("/signed-in/syncs/new");

/** Enters something: in the address, in place of what was there before. */
export function useEnter() {
  const navigate = route.useNavigate();
  return (change: NewSyncSearch) =>
    navigate({ search: (now) => choose(now, change), replace: true, resetScroll: false });
}

/** Goes to another step; the way back leads to this one, as it is now. */
export function useGo() {
  const navigate = route.useNavigate();
  return (change: NewSyncSearch) => navigate({ search: (now) => choose(now, change) });
}
