import type { Scope } from "../../api/types";

/** What tokens may be allowed, by what it is about. */
const groups: readonly { label: string; scopes: readonly { value: Scope; label: string }[] }[] = [
  {
    label: "Sites",
    scopes: [
      { value: "site:read", label: "Read" },
      { value: "site:write", label: "Change" },
      { value: "site:share", label: "Share" },
      { value: "analytics:read", label: "Read figures of" },
    ],
  },
  {
    label: "Datasets",
    scopes: [
      { value: "dataset:read", label: "Read" },
      { value: "dataset:write", label: "Change" },
      { value: "dataset:select", label: "Select records of" },
      { value: "dataset:share", label: "Share" },
    ],
  },
  {
    label: "Connections",
    scopes: [
      { value: "connection:read", label: "Read" },
      { value: "connection:write", label: "Change" },
    ],
  },
  {
    label: "Syncs",
    scopes: [
      { value: "sync:read", label: "Read" },
      { value: "sync:write", label: "Change" },
      { value: "sync:run", label: "Run" },
    ],
  },
  { label: "Users", scopes: [{ value: "user:manage", label: "Manage" }] },
  { label: "Book", scopes: [{ value: "audit:read", label: "Read" }] },
  { label: "System", scopes: [{ value: "system:read", label: "Read" }] },
];

/** The same for somebody with these permissions: a token may do no more than its owner. */
export function scopesFor(permissions: readonly string[]) {
  return groups
    .map(({ label, scopes }) => ({
      label,
      scopes: scopes.filter(({ value }) => permissions.includes(value)),
    }))
    .filter(({ scopes }) => scopes.length > 0);
}

/** What a token may do, in words: "Datasets: read, change". */
export function describeScopes(scopes: readonly Scope[]): string {
  return scopesFor(scopes)
    .map(({ label, scopes }) => `${label}: ${scopes.map(({ label }) => label).join(", ")}`)
    .join("; ")
    .replace(/: (.+?)(?=;|$)/g, (part) => part.toLowerCase());
}
