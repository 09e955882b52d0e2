import type {
  Conflict,
  Connection,
  Dataset,
  DatasetRecord,
  DeadLetter,
  Import,
  ListedSession,
  Plan,
  PlannedChange,
  RemoteTable,
  Run,
  Schedule,
  Session,
  Share,
  Sync,
  Token,
  User,
} from "../api/types";

const time = "2026-11-22T04:15:00.000Z";

export const ada: User = {
  id: "user-ada",
  email: "ada@example.org",
  name: "Ada Lovelace",
  roles: ["admin", "member"],
  disabled: false,
  created_at: time,
  version: 1,
};

export const session: Session = {
  user: ada,
  permissions: [
    "dataset:read",
    "dataset:write",
    "dataset:select",
    "dataset:share",
    "connection:read",
    "connection:write",
    "sync:read",
    "sync:write",
    "sync:run",
    "site:read",
    "site:write",
    "site:share",
    "analytics:read",
    "user:manage",
    "audit:read",
    "system:read",
  ],
  csrf_token: "csrf-of-ada",
  expires_at: time,
};

export const thisSession: ListedSession = {
  id: "session-here",
  current: true,
  created_at: time,
  last_seen_at: time,
  expires_at: time,
  through: "browser",
  ip: "192.0.2.7",
  user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
};

export const phoneSession: ListedSession = {
  id: "session-phone",
  current: false,
  created_at: time,
  last_seen_at: "2026-11-22T05:00:00.000Z",
  expires_at: time,
  through: "browser",
  user_agent:
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
};

export const nightly: Token = {
  id: "token-1",
  name: "nightly",
  scopes: ["dataset:read", "sync:run"],
  state: "active",
  created_at: time,
  expires_at: "2027-02-20T04:15:00.000Z",
  last_used_at: time,
};

export const system = {
  name: "weighbridge",
  version: "0.1.0",
  started_at: time,
  now: time,
  setup_done: true,
  sandbox: { url: "http://127.0.0.1:9000" },
  counts: { datasets: 1, records: 2, connections: 1, syncs: 1, runs: 1 },
};

export const airports: Dataset = {
  id: "set-airports",
  name: "Airports",
  key_field: "code",
  fields: [
    { name: "code", type: "text", required: true, indexed: true },
    { name: "name", type: "text", required: false, indexed: false },
    { name: "state", type: "choice", required: false, indexed: true, choices: ["CA", "TX"] },
    { name: "latitude", type: "number", required: false, indexed: false },
  ],
  access: "owner",
  records: 2,
  created_at: time,
  updated_at: time,
  version: 1,
};

export const lent: Dataset = {
  ...airports,
  id: "set-lent",
  name: "Lent",
  access: "view",
  shared_by: "grace@example.org",
};

export const share: Share = {
  user_id: "user-grace",
  email: "grace@example.org",
  level: "view",
  syncs: 2,
  created_at: time,
  updated_at: time,
  version: 4,
};

export const losAngeles: DatasetRecord = {
  key: "LAX",
  fields: { code: "LAX", name: "Los Angeles", state: "CA", latitude: 33.9 },
  version: 1,
  created_at: time,
  updated_at: time,
};

export const refusedImport: Import = {
  id: "import-1",
  state: "done",
  file_name: "airports.csv",
  format: "csv",
  strict: false,
  read: 10,
  created: 6,
  changed: 1,
  unchanged: 2,
  refused: 1,
  problems: [{ line: 3, column: 4, field: "latitude", value: "north", reason: "Not a number." }],
  problems_total: 1,
  started_at: time,
  finished_at: time,
};

export const sandboxConnection: Connection = {
  id: "connection-1",
  provider: "airtable",
  name: "Airtable sandbox",
  endpoint: "sandbox",
  status: "active",
  removals: ["delete"],
  account: { id: "usr1", email: "ada@example.org" },
  token_hint: "pat…ab12",
  last_tested_at: time,
  created_at: time,
  version: 1,
};

export const remoteTable: RemoteTable = {
  id: "table-1",
  name: "Flughäfen",
  primary_field_id: "fld-code",
  fields: [
    { id: "fld-code", name: "Code", type: "singleLineText", writable: true },
    { id: "fld-name", name: "Name", type: "singleLineText", writable: true },
    { id: "fld-made", name: "Made", type: "createdTime", writable: false },
  ],
  any_names: false,
};

/** What there is behind a hook of Zapier's. */
export const hookTable: RemoteTable = {
  id: "record",
  name: "Deliveries",
  primary_field_id: "",
  fields: [],
  any_names: true,
};

export const run: Run = {
  id: "run-1",
  sync_id: "sync-1",
  sync_name: "Airports to Sandbox",
  kind: "push",
  direction: "push",
  state: "done",
  queued_at: time,
  started_at: time,
  finished_at: "2026-11-22T04:16:05.000Z",
  by: { id: ada.id, name: ada.name },
  total: 10,
  counts: {
    read: 10,
    created: 6,
    changed: 1,
    matched: 0,
    unchanged: 2,
    refused: 1,
    unknown: 0,
    held: 0,
    deleted: 0,
  },
  calls: 3,
  calls_refused_by_vendor: 0,
  too_large_to_undo: false,
  quarantined: 0,
  problems: [{ key: "LAX", reason: "No such choice.", count: 1 }],
};

export const sync: Sync = {
  id: "sync-1",
  name: "Airports to Sandbox",
  dataset: { id: airports.id, name: airports.name, available: true },
  connection: { id: sandboxConnection.id, name: sandboxConnection.name, provider: "airtable" },
  base: { id: "base-1", name: "Sandbox" },
  table: { id: remoteTable.id, name: remoteTable.name },
  mapping: [
    {
      field: "code",
      remote_field_id: "fld-code",
      remote_field_name: "Code",
      remote_type: "singleLineText",
    },
  ],
  remote_key_field_id: "fld-code",
  typecast: false,
  scope: { kind: "all" },
  deletes: { policy: "ignore", matched: false, most_records: 100, most_percent: 25 },
  quarantine_hours: 0,
  drift: "pause",
  approval: "never",
  priority: "normal",
  direction: "push",
  created_at: time,
  updated_at: time,
  version: 1,
  last_run: run,
};

export const twoWaySync: Sync = {
  ...sync,
  id: "sync-2",
  name: "Airports and Sandbox",
  direction: "two_way",
  conflicts: "ask",
  wait_seconds: 30,
  conflicts_open: 1,
  gone: "keep",
  gone_most: 100,
  gone_percent: 20,
};

export const conflict: Conflict = {
  sync_id: twoWaySync.id,
  sync_name: twoWaySync.name,
  key: "LAX",
  remote_id: "rec1",
  kind: "changed",
  fields: [
    {
      field: "name",
      remote_field_id: "fld-name",
      remote_field_name: "Name",
      disputed: true,
      base_known: true,
      base: "Los Angeles",
      local: "Los Angeles Intl",
      remote: "LA International",
    },
    {
      field: "city",
      remote_field_id: "fld-city",
      remote_field_name: "City",
      disputed: true,
      base_known: true,
      local: "L.A.",
    },
    {
      field: "state",
      remote_field_id: "fld-state",
      remote_field_name: "State",
      disputed: false,
      base_known: false,
      local: "CA",
      remote: "CA",
    },
  ],
  local_changed_at: time,
  found_at: time,
  run_id: run.id,
  reopened: false,
  version: 7,
};

export const schedule: Schedule = {
  every: "week",
  at: "06:30",
  days: ["monday", "thursday"],
  zone: "Europe/Berlin",
  missed: "once",
  paused: false,
  next_at: "2099-11-30T05:30:00Z",
  upcoming: [
    { at: "2099-11-30T05:30:00Z", local: "2099-11-30 06:30 +01:00" },
    { at: "2099-12-03T05:30:00Z", local: "2099-12-03 06:30 +01:00" },
  ],
  version: 7,
};

/** What a sync has that runs only when somebody asks. */
export const noSchedule: Schedule = { every: "manual", paused: false, upcoming: [], version: 0 };

export const deadLetter: DeadLetter = {
  key: "LAX",
  reason: "No such choice.",
  attempts: 3,
  first_at: time,
  last_at: time,
  run_id: run.id,
  payload: [
    {
      field: "state",
      remote_field_id: "fld-state",
      remote_field_name: "State",
      value: "Californi",
    },
    { field: "note", remote_field_id: "fld-note", remote_field_name: "Note" },
  ],
};

export const plan: Plan = {
  id: "plan-1",
  sync_id: sync.id,
  sync_name: sync.name,
  direction: "push",
  state: "ready",
  read_first: true,
  scope: { kind: "all" },
  job_id: "run-plan",
  by: { id: ada.id, name: ada.name },
  queued_at: time,
  made_at: time,
  expires_at: "2099-11-29T04:15:00.000Z",
  counts: {
    read: 10,
    created: 1,
    changed: 1,
    matched: 1,
    unchanged: 6,
    refused: 1,
    unknown: 0,
    held: 0,
    deleted: 0,
  },
  calls: 3,
  seconds: 65,
  hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
};

export const plannedChanges: PlannedChange[] = [
  {
    key: "LAX",
    fate: "changed",
    remote_id: "rec1",
    fields: [
      {
        field: "name",
        remote_field_id: "fld-name",
        remote_field_name: "Name",
        before_known: true,
        before: "Los Angeles",
        after: "Los Angeles Intl",
      },
      {
        field: "state",
        remote_field_id: "fld-state",
        remote_field_name: "State",
        before_known: false,
      },
    ],
  },
  {
    key: "SFO",
    fate: "created",
    fields: [
      {
        field: "name",
        remote_field_id: "fld-name",
        remote_field_name: "Name",
        before_known: true,
        after: "San Francisco",
      },
    ],
  },
  { key: "XXX", fate: "refused", reason: "There is no option “Calif”.", fields: [] },
];
