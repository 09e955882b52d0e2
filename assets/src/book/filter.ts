import type { Entry } from "./line";
import type { BookSearch } from "./search";

/** Whether a line is one of those that were asked for; its code was seen to by the appliance. */
export function fits(entry: Entry, search: BookSearch): boolean {
  const { q, outcome, object, request, from, until, reads } = search;
  if (reads === "no" && entry.isRead) return false;
  if (outcome && entry.end !== outcome) return false;
  if (request && entry.request !== request) return false;
  if (object && !entry.things.some(({ id }) => id === object)) return false;
  if (from && (entry.time ?? "") < from) return false;
  if (until && (entry.time ?? "") > until) return false;
  return !q || hasWords(entry, q);
}

function hasWords({ who, what, code, place, things }: Entry, q: string): boolean {
  const names = things.flatMap(({ name, kind }) => [name, kind]);
  const text = [who, what, code, place, ...names].join(" ").toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => text.includes(word));
}

/** The time within which all lines of a request were written, told by its id (UUIDv7). */
export function spanOfRequest(request: string): { from: string; until: string } | undefined {
  const digits = request.replaceAll("-", "").slice(0, 12);
  if (!/^[0-9a-f]{12}$/i.test(digits)) return undefined;
  const begun = Number.parseInt(digits, 16);
  return {
    from: new Date(begun - 1_000).toISOString(),
    until: new Date(begun + longestRequestMs).toISOString(),
  };
}

/** An import may take long; its last line is written at its end. */
const longestRequestMs = 15 * 60_000;

/** How far the search has come, and how far it may go by itself. */
export interface Progress {
  found: number;
  wanted: number;
  looked: number;
  mayLook: number;
  /** Whether lines are left, and the last one read is not before the time asked for. */
  isMore: boolean;
}

/** Whether the next part of the book is worth reading without being asked. */
export function goesOn({ found, wanted, looked, mayLook, isMore }: Progress): boolean {
  return isMore && found < wanted && looked < mayLook;
}
