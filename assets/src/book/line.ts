/** What an act was about. */
export interface Thing {
  id: string;
  /** `dataset`, `connection`… */
  kind: string;
  name: string;
}

/** What a reader wants to see of one event (OCSF 1.8.0); the rest is shown as it is. */
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
  /** Why it was refused, where the line says so. */
  reason: string;
  /** Everything that it names, the main object first. */
  things: Thing[];
  /** The request that it belongs to. */
  request: string;
  /** `POST /api/v1/datasets`. */
  call: string;
  /** From where: an address, or the name of a place. */
  place: string;
  /** What the client calls itself. */
  agent: string;
  /** How much of what was touched, and facts of this event alone. */
  facts: [string, string][];
  chain: Chained;
}

/** A line's own hash, and the one of the line before it. */
export interface Chained {
  prev: string;
  hash: string;
}

type Members = Record<string, unknown>;

/** Reads an event's line; members that an event does not have are left empty. */
export function readLine(written: unknown): Entry {
  const line = members(written);
  const metadata = members(line.metadata);
  const unmapped = members(line.unmapped);
  const actor = members(line.actor ?? unmapped.actor);
  const things = thingsOf(line, unmapped);
  const chain = members(unmapped.chain);
  return {
    sequence: Number(metadata.sequence),
    time: typeof line.time === "number" ? new Date(line.time).toISOString() : undefined,
    code: text(metadata.event_code),
    what: text(line.message),
    thing: things.map(({ name }) => name).find(Boolean) ?? "",
    who: text(members(actor.user).name) || text(actor.app_name),
    end: ends.get(line.status_id) ?? "open",
    reason: [text(line.status_detail), text(line.status_code)].find(Boolean) ?? "",
    things,
    request: text(metadata.correlation_uid),
    ...originOf(line, unmapped),
    facts: factsOf(unmapped),
    chain: { prev: text(chain.prev), hash: text(chain.hash) },
  };
}

/** OCSF's `status_id`; 0, unknown, is a call whose answer never came. */
const ends = new Map<unknown, Entry["end"]>([
  [1, "done"],
  [2, "refused"],
]);

/** Where a class keeps the objects of its acts, and for accounts the user. */
function thingsOf(line: Members, unmapped: Members): Thing[] {
  const more = [...list(line.resources), ...list(unmapped.resources)];
  const named = [line.entity, ...more].map((place) => thingOf(members(place), ""));
  const users = [line.user, unmapped.user].map((place) => thingOf(members(place), "user"));
  return [...named, ...users].filter(({ id, name }) => id !== "" || name !== "");
}

function thingOf(place: Members, kind: string): Thing {
  return { id: text(place.uid), kind: text(place.type) || kind, name: text(place.name) };
}

function originOf(line: Members, unmapped: Members): Pick<Entry, "call" | "place" | "agent"> {
  const request = members(line.http_request ?? unmapped.http_request);
  const endpoint = members(line.src_endpoint ?? unmapped.src_endpoint);
  const path = text(members(request.url).path);
  return {
    call: [text(request.http_method), path].filter(Boolean).join(" "),
    place: text(endpoint.ip) || text(endpoint.name),
    agent: text(request.user_agent),
  };
}

function factsOf({ counts, details, comment }: Members): [string, string][] {
  const all = { ...members(counts), ...members(details), ...(comment ? { comment } : {}) };
  return Object.entries(all).map(([name, value]) => [
    name.replaceAll("_", " "),
    typeof value === "object" ? JSON.stringify(value) : String(value),
  ]);
}

function members(value: unknown): Members {
  return typeof value === "object" && value !== null ? (value as Members) : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
