import type { SyncDeletes } from "../../api/types";
import { readTexts, type Texts } from "../../ui/address";
import { readDeletes } from "../deletes";
import type { Ways } from "../mapping";
import { type ConflictPolicy, policies } from "../meeting-fields";

/** The steps to a new sync, in their order. */
export const steps = ["ends", "table", "mapping", "create"] as const;
export type Step = (typeof steps)[number];

const ends = ["dataset", "connection", "base", "table"] as const;
/** Texts and numbers, as they were typed. */
const typed = ["name", "filter", "wait", "most", "percent", "hours"] as const;
const parts = [...ends, ...typed];
const scopes = ["all", "filter", "selection"] as const;
const directions = ["pull", "two_way"] as const;

/** What has been entered so far; all of it stands in the address. */
export interface NewSyncSearch extends Texts<(typeof parts)[number]> {
  step?: Step;
  /** By the dataset's field, where it goes instead of where it was proposed to; empty, it stays. */
  map?: Record<string, string>;
  typecast?: boolean;
  /** Whether deliveries without an answer are sent again by themselves. */
  resends?: boolean;
  /** Which way records go, when it is not from the dataset into the table. */
  direction?: "pull" | "two_way";
  /** The fields of a two-way sync that go one way alone. */
  ways?: Ways;
  /** Who is right where both sides have changed the same; somebody is asked when left out. */
  conflicts?: ConflictPolicy;
  /** How many seconds an edit there waits, as it was typed. */
  wait?: string;
  /** Whether what is gone there is deleted here: `most` in one run, or `percent` of a hundred. */
  gone?: boolean;
  /** Whether a pull reads what has changed, and the whole table once in so many `hours`. */
  follows?: boolean;
  /** Which records the sync takes, unless it is a pull. */
  scope?: (typeof scopes)[number];
  /** What becomes of remote records that a push no longer wants; they stay when left out. */
  deletes?: SyncDeletes;
}

/** Reads the address. */
export function readNewSyncSearch(search: Record<string, unknown>): NewSyncSearch {
  const step = steps.find((step) => step === search.step);
  const map = readMap(search.map);
  const deletes = readDeletes(search.deletes);
  const scope = scopes.find((scope) => scope === search.scope);
  const direction = directions.find((direction) => direction === search.direction);
  const conflicts = policies.find(({ value }) => value === search.conflicts)?.value;
  const ways = readWays(search.ways);
  return {
    ...readTexts(search, parts),
    ...(step ? { step } : {}),
    ...(map ? { map } : {}),
    ...(scope ? { scope } : {}),
    ...(deletes ? { deletes } : {}),
    ...(search.typecast === true ? { typecast: true } : {}),
    ...(search.resends === true ? { resends: true } : {}),
    ...(direction ? { direction } : {}),
    ...(ways ? { ways } : {}),
    ...(conflicts ? { conflicts } : {}),
    ...(search.gone === true ? { gone: true } : {}),
    ...(search.follows === true ? { follows: true } : {}),
  };
}

function readMap(map: unknown): Record<string, string> | undefined {
  if (typeof map !== "object" || map === null || Array.isArray(map)) return undefined;
  const entries = Object.entries(map).filter(([, remote]) => typeof remote === "string");
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function readWays(ways: unknown): Ways | undefined {
  const entries = Object.entries(readMap(ways) ?? {}).flatMap(([field, way]) =>
    way === "push" || way === "pull" ? [[field, way] as const] : [],
  );
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** The step to show: the one asked for, or the first whose answers are missing. */
export function stepOf({ step = "ends", dataset, connection, base, table }: NewSyncSearch): Step {
  const missing = missingStep(Boolean(dataset && connection), Boolean(base && table));
  return missing && steps.indexOf(missing) < steps.indexOf(step) ? missing : step;
}

function missingStep(hasEnds: boolean, hasTable: boolean): Step | undefined {
  if (!hasEnds) return "ends";
  return hasTable ? undefined : "table";
}

/** A change further up takes away what hung on it. */
export function choose(search: NewSyncSearch, change: NewSyncSearch): NewSyncSearch {
  const next = { ...search, ...change };
  const isOther = (part: "dataset" | "connection" | "base" | "table" | "direction") =>
    search[part] !== next[part];
  if (isOther("connection"))
    Object.assign(next, { base: undefined, table: undefined, deletes: undefined });
  if (isOther("base") && change.table === undefined) next.table = undefined;
  if (isOther("dataset") || isOther("table") || isOther("direction"))
    Object.assign(next, { map: undefined, name: undefined, ways: undefined });
  if (isOther("dataset")) Object.assign(next, { scope: undefined, filter: undefined });
  return readNewSyncSearch({ ...next });
}
