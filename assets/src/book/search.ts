import { changeSearch, readTexts, type Texts } from "../ui/address";

const parts = [
  "q",
  "code",
  "outcome",
  "actor",
  "object",
  "request",
  "address",
  "from",
  "to",
  "line",
  "reads",
  "order",
] as const;

/**
 * What of the book is shown; all of it stands in the address, and the appliance does the looking.
 *
 * `q` are words that a line must hold; `actor`, `object` and `request` are ids; `from` and `to` are
 * moments in RFC 3339; `reads` is `no` where what was only looked at is left out; `line` is the
 * number of the line that is open.
 */
export type BookSearch = Omit<Texts<(typeof parts)[number]>, "outcome" | "order"> & {
  outcome?: "success" | "failure" | "unknown";
  order?: "oldest";
};

/** Reads the address; an outcome or a moment that is none is left out. */
export function readBookSearch(search: Record<string, unknown>): BookSearch {
  const { outcome, from, to, line, reads, order, ...rest } = readTexts(search, parts);
  return changeSearch<BookSearch>(rest, {
    outcome: (["success", "failure", "unknown"] as const).find((one) => one === outcome),
    from: momentOr(from),
    to: momentOr(to),
    reads: reads === "no" ? reads : undefined,
    order: order === "oldest" ? order : undefined,
    line: line && /^\d{1,15}$/.test(line) ? line : undefined,
  });
}

function momentOr(text: string | undefined): string | undefined {
  const moment = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(moment) ? undefined : new Date(moment).toISOString();
}

/** Whether lines were asked for that are not all of them. */
export function isNarrowed({ line: _, order: __, ...search }: BookSearch): boolean {
  return Object.keys(search).length > 0;
}

/** The same as the API takes it. */
export function wishOf({ line: _, reads, ...search }: BookSearch) {
  return { ...search, ...(reads === "no" ? { reads: false } : {}) };
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
