/** What a reader wants to see first of one event (OCSF 1.8.0); the rest is shown as it is. */
export interface Entry {
  sequence: number;
  /** RFC 3339. */
  time: string | undefined;
  code: string;
  what: string;
  /** The name of what the act was about. */
  thing: string;
  who: string;
  end: "done" | "refused" | "open";
}

type Members = Record<string, unknown>;

/** Reads an event's line; members that an event does not have are left empty. */
export function readLine(written: unknown): Entry {
  const line = members(written);
  const metadata = members(line.metadata);
  const actor = members(line.actor);
  return {
    sequence: Number(metadata.sequence),
    time: typeof line.time === "number" ? new Date(line.time).toISOString() : undefined,
    code: text(metadata.event_code),
    what: text(line.message),
    thing: thingOf(line),
    who: text(members(actor.user).name) || text(actor.app_name),
    end: ends.get(line.status_id) ?? "open",
  };
}

/** OCSF's `status_id`; 0, unknown, is a call whose answer never came. */
const ends = new Map<unknown, Entry["end"]>([
  [1, "done"],
  [2, "refused"],
]);

/** Where a class keeps the main object of its acts, and for accounts the user. */
function thingOf(line: Members): string {
  const [resource] = Array.isArray(line.resources) ? line.resources : [];
  const places = [line.entity, resource, line.user];
  return places.map((place) => text(members(place).name)).find(Boolean) ?? "";
}

function members(value: unknown): Members {
  return typeof value === "object" && value !== null ? (value as Members) : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
