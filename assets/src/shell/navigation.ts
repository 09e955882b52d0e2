import type { Permission } from "../api/types";
import type { IconName } from "../ui/icon";

export interface Entry {
  to: string;
  label: string;
  icon: IconName;
  /** After `g`, leads there. */
  key: string;
  /** Whom the entry is for; everybody when left out. */
  needs?: Permission;
}

const entries: readonly Entry[] = [
  { to: "/", label: "Overview", icon: "overview", key: "o" },
  { to: "/sites", label: "Sites", icon: "chart", key: "t", needs: "site:read" },
  { to: "/datasets", label: "Datasets", icon: "dataset", key: "d", needs: "dataset:read" },
  { to: "/connections", label: "Connections", icon: "link", key: "c", needs: "connection:read" },
  { to: "/syncs", label: "Syncs", icon: "sync", key: "s", needs: "sync:read" },
  { to: "/runs", label: "Runs", icon: "run", key: "r", needs: "sync:read" },
  { to: "/health", label: "Health", icon: "pulse", key: "h", needs: "connection:read" },
  { to: "/conflicts", label: "Conflicts", icon: "warning", key: "x", needs: "sync:read" },
  { to: "/calendar", label: "Calendar", icon: "calendar", key: "l", needs: "sync:read" },
  { to: "/jobs", label: "Jobs", icon: "clock", key: "j", needs: "dataset:read" },
  { to: "/users", label: "Users", icon: "user", key: "u", needs: "user:manage" },
  { to: "/book", label: "Book", icon: "book", key: "b", needs: "audit:read" },
  { to: "/system", label: "System", icon: "system", key: "y", needs: "system:read" },
  { to: "/developers", label: "API", icon: "code", key: "i" },
];

/** Reached from the foot of the menu. */
export const account: Entry = { to: "/account", label: "Your account", icon: "gear", key: "a" };

/** The menu of somebody with these permissions: what they may not do is not in it. */
export function menuFor(permissions: readonly string[]): readonly Entry[] {
  return entries.filter(({ needs }) => !needs || permissions.includes(needs));
}

export interface Creation {
  to: string;
  label: string;
  needs: Permission;
}

const creations: readonly Creation[] = [
  { to: "/sites/new", label: "New site", needs: "site:write" },
  { to: "/datasets/new", label: "New dataset", needs: "dataset:write" },
  { to: "/connections/new", label: "New connection", needs: "connection:write" },
  { to: "/syncs/new", label: "New sync", needs: "sync:write" },
  { to: "/users?user=new", label: "Add a user", needs: "user:manage" },
];

/** What somebody with these permissions may make. */
export function creationsFor(permissions: readonly string[]): readonly Creation[] {
  return creations.filter(({ needs }) => permissions.includes(needs));
}
