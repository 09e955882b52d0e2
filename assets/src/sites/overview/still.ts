import { createContext, useContext } from "react";

/** Whether the figures are shown and lead nowhere: to whoever has a link, and no account. */
export const Still = createContext(false);

export function useIsStill(): boolean {
  return useContext(Still);
}
