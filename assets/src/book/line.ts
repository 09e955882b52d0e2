/** What a reader wants to see first of one event (OCSF 1.8.0); the rest is shown as it is. */
export interface Entry {
  sequence: number;
  /** RFC 3339. */
  time: string | undefined;
  code: string;
  what: string;
  who: string;
  hasFailed: boolean;
}

type Members = Record<string, unknown>;

/** Reads an event's line; members that an event does not have are left empty. */
export function readLine(line: Members): Entry {
  const metadata = members(line.metadata);
  const user = members(members(line.actor).user);
  const time = line.time;
  return {
    sequence: Number(metadata.sequence),
    time: typeof time === "number" ? new Date(time).toISOString() : undefined,
    code: text(metadata.event_code),
    what: text(line.message) || text(line.type_name) || text(line.activity_name),
    who: text(user.email_addr) || text(user.name) || text(user.uid),
    hasFailed: line.status_id === 2,
  };
}

function members(value: unknown): Members {
  return typeof value === "object" && value !== null ? (value as Members) : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
