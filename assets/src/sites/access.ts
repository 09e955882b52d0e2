import { createContext, useContext } from "react";

/** Whether one may change the site that is looked at: as its owner, or as far as it is shared. */
export const MayEdit = createContext(false);

/** The same, for whatever stands on a page of the site. */
export function useMayEdit(): boolean {
  return useContext(MayEdit);
}
