import type { Permission } from "../api/types";
import type { IconName } from "../ui/icon";

interface Entry {
  to: string;
  label: string;
  icon: IconName;
  /** Whom the entry is for; everybody when left out. */
  needs?: Permission;
}

const entries: readonly Entry[] = [
  { to: "/", label: "Overview", icon: "overview" },
  { to: "/datasets", label: "Datasets", icon: "dataset", needs: "dataset:read" },
  { to: "/connections", label: "Connections", icon: "link", needs: "connection:read" },
  { to: "/syncs", label: "Syncs", icon: "sync", needs: "sync:read" },
  { to: "/runs", label: "Runs", icon: "run", needs: "sync:read" },
  { to: "/users", label: "Users", icon: "user", needs: "user:manage" },
  { to: "/book", label: "Book", icon: "book", needs: "audit:read" },
];

/** The menu of somebody with these permissions: what they may not do is not in it. */
export function menuFor(permissions: readonly string[]): readonly Entry[] {
  return entries.filter(({ needs }) => !needs || permissions.includes(needs));
}
