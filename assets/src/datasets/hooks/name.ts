import type { Hook } from "../../api/types";

/** What people call a hook. */
export function nameOf({ name, host }: Hook): string {
  return name ?? host;
}
