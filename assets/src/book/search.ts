import { changeSearch, readTexts, type Texts } from "../ui/address";

const parts = [
  "q",
  "code",
  "outcome",
  "object",
  "request",
  "from",
  "until",
  "line",
  "reads",
] as const;

/**
 * What of the book is shown; all of it stands in the address.
 *
 * `q` is sought in who, what and of what; `object` and `request` are ids; `from` and `until` are
 * moments in RFC 3339; `reads` is `no` where what was only looked at is left out; `line` is the number of the line that is open.
 */
export type BookSearch = Omit<Texts<(typeof parts)[number]>, "outcome"> & {
  outcome?: "done" | "refused" | "open";
};

/** Reads the address; an outcome or a moment that is none is left out. */
export function readBookSearch(search: Record<string, unknown>): BookSearch {
  const { outcome, from, until, line, reads, ...rest } = readTexts(search, parts);
  return changeSearch<BookSearch>(rest, {
    outcome: (["done", "refused", "open"] as const).find((one) => one === outcome),
    from: momentOr(from),
    until: momentOr(until),
    reads: reads === "no" ? reads : undefined,
    line: line && /^\d{1,15}$/.test(line) ? line : undefined,
  });
}

function momentOr(text: string | undefined): string | undefined {
  const moment = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(moment) ? undefined : new Date(moment).toISOString();
}

/** Whether anything but the open line was asked for. */
export function isNarrowed({ line: _, ...search }: BookSearch): boolean {
  return Object.keys(search).length > 0;
}

/** A moment as an input for date and time holds it: the reader's own clock, to the minute. */
export function toInput(moment: string | undefined): string {
  if (!moment) return "";
  const date = new Date(moment);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** The moment that such an input holds; nothing while it is incomplete. */
export function fromInput(text: string): string | undefined {
  return momentOr(text || undefined);
}
