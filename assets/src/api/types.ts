import type { components } from "./schema";

type Schemas = components["schemas"];

export type Attribution = Schemas["SiteAttribution"];
export type AttributionQuery = Schemas["AttributionQuery"];
export type AuditChain = Schemas["AuditChain"];
export type AuditVerdict = Schemas["AuditVerdict"];
export type AuthorizationOffer = Schemas["AuthorizationOffer"];
export type Base = Schemas["Base"];
export type Calendar = Schemas["Calendar"];
export type CalendarRun = Schemas["CalendarRun"];
export type CalendarSchedule = Schemas["CalendarSchedule"];
export type Checkpoint = Schemas["Checkpoint"];
export type Cohorts = Schemas["SiteCohorts"];
export type CohortsQuery = Schemas["CohortsQuery"];
export type Conflict = Schemas["Conflict"];
export type ConflictField = Schemas["ConflictField"];
export type ConflictVerdict = Schemas["ConflictVerdict"];
export type Connection = Schemas["Connection"];
export type ConnectionTest = Schemas["ConnectionTest"];
export type ConnectionHealth = Schemas["ConnectionHealth"];
export type Dataset = Schemas["Dataset"];
export type DatasetRecord = Schemas["Record"];
export type DeadLetter = Schemas["DeadLetter"];
export type Dependent = Schemas["Dependent"];
export type Diagnosis = Schemas["Diagnosis"];
export type DiagnosisCheck = Schemas["DiagnosisCheck"];
export type DrawnSubscription = Schemas["DrawnSubscription"];
export type Field = Schemas["Field"];
export type FieldType = Field["type"];
export type Funnel = Schemas["SiteFunnel"];
export type FunnelQuery = Schemas["FunnelQuery"];
export type HealthAdvice = Schemas["HealthAdvice"];
export type HealthQuota = Schemas["HealthQuota"];
export type Hook = Schemas["Hook"];
export type HookDeadLetter = Schemas["HookDeadLetter"];
export type Import = Schemas["Import"];
export type EventsImported = Schemas["EventsImported"];
export type ImportFormat = Import["format"];
export type ImportProblem = Schemas["ImportProblem"];
export type Inlet = Schemas["Inlet"];
export type Job = Schemas["Job"];
export type Journeys = Schemas["SiteJourneys"];
export type JourneysQuery = Schemas["JourneysQuery"];
export type ListedSession = Schemas["ListedSession"];
export type MadeInlet = Schemas["MadeInlet"];
export type MadeToken = Schemas["MadeToken"];
export type Mapping = Schemas["FieldPair"];
export type NewSchedule = Schemas["NewSchedule"];
export type NewSite = Schemas["NewSite"];
export type NewWriteKey = Schemas["NewWriteKey"];
export type Outcome = Schemas["RunOutcome"];
/** A file's beginning; a row is a record's fields, whose names only the file knows. */
export type Preview = Omit<Schemas["Preview"], "rows"> & { rows: Record<string, unknown>[] };
export type Plan = Schemas["Plan"];
export type PlannedChange = Schemas["PlannedChange"];
export type PlannedField = Schemas["PlannedField"];
export type PlannedSide = Schemas["PlannedSide"];
export type PreviewedRow = Schemas["PreviewedRow"];
export type Proposal = Schemas["MappingProposal"];
export type RateLimit = Schemas["RateLimit"];
export type RemoteField = Schemas["RemoteField"];
export type RemoteTable = Schemas["RemoteTable"];
export type Role = Schemas["Role"];
export type QuarantinedRecord = Schemas["QuarantinedRecord"];
export type Report = Schemas["SiteReport"];
export type ReportExport = Schemas["ReportExport"];
export type ReportFormat = Schemas["ReportFormat"];
export type ReportQuery = Schemas["ReportQuery"];
export type Reports = Schemas["SiteReports"];
export type ReportsQuery = Schemas["ReportsQuery"];
export type Run = Schemas["Run"];
export type RunCounts = Schemas["RunCounts"];
export type Schedule = Schemas["Schedule"];
export type SavedQuestion = Schemas["SavedQuestion"];
export type SavedReport = Schemas["SavedReport"];
export type Scope = Token["scopes"][number];
export type Segment = Schemas["Segment"];
export type Session = Schemas["Session"];
export type Share = Schemas["DatasetShare"];
export type ShareLevel = Share["level"];
export type SiteShare = Schemas["SiteShare"];
export type SiteShareLevel = Schemas["SiteShareLevel"];
export type RealTime = Schemas["SiteRealTime"];
export type Site = Schemas["Site"];
export type SiteChange = Schemas["SiteChange"];
export type CampaignCost = Schemas["CampaignCost"];
export type SiteAdvertising = Schemas["SiteAdvertising"];
export type SiteCosts = Schemas["SiteCosts"];
export type AdFeed = Schemas["AdFeed"];
export type SiteNote = Schemas["SiteNote"];
export type Comparison = Schemas["Comparison"];
export type SiteLink = Schemas["SiteLink"];
export type NewSiteLink = Schemas["NewSiteLink"];
export type MadeSiteLink = Schemas["MadeSiteLink"];
export type LinkSection = Schemas["LinkSection"];
export type SharedOverview = Schemas["SharedOverview"];
export type Goal = Schemas["Goal"];
export type GoalCondition = Schemas["GoalCondition"];
export type GoalPageOperator = Schemas["GoalPageOperator"];
export type GoalCompletions = Schemas["GoalCompletions"];
export type GoalFigure = Schemas["GoalFigure"];
export type GoalFigures = Schemas["GoalFigures"];
export type ChannelRule = Schemas["ChannelRule"];
export type VisitorTraces = Schemas["VisitorTraces"];
export type SiteDay = Schemas["SiteDay"];
export type SiteHour = Schemas["SiteHour"];
export type SiteLine = Schemas["SiteLine"];

export type SiteOverview = Schemas["SiteOverview"];
export type SiteTable = Schemas["SiteTable"];
export type SiteTotals = Schemas["SiteTotals"];
export type Subscription = Schemas["Subscription"];
export type Sync = Schemas["Sync"];
export type SyncChange = Schemas["SyncChange"];
export type SyncDeletes = Schemas["SyncDeletes"];
export type SyncFailing = Schemas["SyncFailing"];
export type SyncScope = Schemas["SyncScope"];
export type SyncHealth = Schemas["SyncHealth"];
export type Token = Schemas["Token"];
export type UpcomingTime = Schemas["UpcomingTime"];
export type User = Schemas["User"];
export type RefusedLine = Schemas["RefusedLine"];
export type WriteKey = Schemas["WriteKey"];

/** What a role may allow; the server checks, the UI only hides what would be refused. */
export type Permission =
  | "dataset:read"
  | "dataset:write"
  | "dataset:select"
  | "dataset:share"
  | "connection:read"
  | "connection:write"
  | "sync:read"
  | "sync:write"
  | "sync:run"
  | "site:read"
  | "site:write"
  | "site:share"
  | "analytics:read"
  | "user:manage"
  | "audit:read"
  | "system:read";
