import { $api } from "../../api/client";
import type { SiteNote } from "../../api/types";
import { dayLabel } from "../../calendar/grid";
import type { Point } from "../overview/points";
import { type Range, rangeWords } from "../overview/range";

/** A site has no more. */
const most = 500;

/** The notes on the days of a site. */
export function useNotes(siteId: string) {
  const params = { path: { id: siteId }, query: { limit: most } };
  return $api.useQuery("get", "/sites/{id}/notes", { params });
}

/** The notes that are about any of the days, the earliest first. */
export function notesIn(notes: readonly SiteNote[], { from, to }: Range): SiteNote[] {
  const touching = notes.filter((note) => note.from <= to && from <= note.to);
  return touching.sort((one, other) => one.from.localeCompare(other.from));
}

/** Days with what is to be known of each. */
export function withNotes(points: readonly Point[], notes: readonly SiteNote[]): Point[] {
  return points.map((point) => {
    const texts = notesIn(notes, { from: point.at, to: point.at }).map(({ text }) => text);
    return texts.length > 0 ? { ...point, notes: texts } : point;
  });
}

/** The days of a note: "Fri 27 Nov", "26 – 28 Nov 2026". */
export function noteDays({ from, to }: Range): string {
  return from === to ? dayLabel(from) : rangeWords({ from, to });
}
