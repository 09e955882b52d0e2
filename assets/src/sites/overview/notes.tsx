import { Link } from "@tanstack/react-router";
import type { Site } from "../../api/types";
import { dayOf } from "../../calendar/days";
import { changeSearch } from "../../ui/address";
import { Notice } from "../../ui/notice";
import { areDaily } from "./points";
import { type Range, rangeWords } from "./range";
import type { Shown } from "./shown";
import { zoneOf } from "./zone";

/** When the figures were known, by the clocks of the site. */
export function Known({ known }: { known: Pick<Shown, "known_at" | "time_zone"> }) {
  const { known_at, time_zone } = known;
  const clock = new Intl.DateTimeFormat("en-GB", {
    dateStyle: "medium",
    timeStyle: "medium",
    timeZone: zoneOf({ time_zone }),
  });
  return (
    <p className="quiet known">
      As known on <time dateTime={known_at}>{clock.format(new Date(known_at))}</time>, {time_zone}
    </p>
  );
}

interface FootnotesProps {
  overview: Pick<Shown, "from" | "to" | "visitor_ids"> & { before?: Range };
  /** Whether the last day is not over yet. */
  isOpen: boolean;
}

/** What one must know to read the figures aright. */
export function Footnotes({ overview, isOpen }: FootnotesProps) {
  const isDaily = areDaily(overview);
  const isUnlike = isOpen && overview.before !== undefined;
  if (!isDaily && !isUnlike) return null;
  return (
    <div className="footnotes">
      {isDaily && (
        <p className="quiet">
          Daily visitors: this site knows nobody again on another day, so whoever came on three days
          counts three times.
        </p>
      )}
      {isUnlike && <p className="quiet">Today is not over yet; what it is compared with is.</p>}
    </div>
  );
}

/** Where days have no events, there are others that have. */
export function Nothing({ site: { time_zone, last_event_at } }: { site: Site }) {
  if (!last_event_at) return null;
  const day = dayOf(new Date(last_event_at), zoneOf({ time_zone }));
  const whole: Range = { from: day, to: day };
  return (
    <Notice tone="info" title="Nothing came in during these days">
      <p>
        The last event of this site came on{" "}
        <Link
          from="/sites/$id"
          to="."
          search={(now) => changeSearch(now, { range: undefined, ...whole })}
        >
          {rangeWords(whole)}
        </Link>
        . If visits are missing, the set-up tells what the pages need.
      </p>
    </Notice>
  );
}

/** Where filters pick no visit, fewer of them may. */
export function NoFit() {
  return (
    <Notice tone="info" title="No visit fits these filters">
      <p>
        In these days nothing came in that all of them pick. Change or remove one of them, choose
        other days, or{" "}
        <Link
          from="/sites/$id"
          to="."
          search={(now) => changeSearch(now, { filters: undefined, segment: undefined })}
          resetScroll={false}
        >
          look at all visits
        </Link>
        .
      </p>
    </Notice>
  );
}
