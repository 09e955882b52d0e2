//! Lists every event that the book may hold: one row each, from which the published list comes.

use std::fmt::{Display, Formatter, Result as Shown};
use std::str::FromStr;

/// The OCSF 1.8.0 class that says which members an event has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// 3001, Account Change.
    AccountChange,
    /// 3002, Authentication.
    Authentication,
    /// 3004, Entity Management.
    EntityManagement,
    /// 6002, Application Lifecycle.
    ApplicationLifecycle,
    /// 6003, API Activity.
    ApiActivity,
}

impl Class {
    /// `class_uid`.
    pub const fn uid(self) -> u32 {
        match self {
            Self::AccountChange => 3001,
            Self::Authentication => 3002,
            Self::EntityManagement => 3004,
            Self::ApplicationLifecycle => 6002,
            Self::ApiActivity => 6003,
        }
    }

    /// `category_uid`.
    pub const fn category(self) -> u32 {
        self.uid() / 1000
    }

    /// `class_name`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccountChange => "Account Change",
            Self::Authentication => "Authentication",
            Self::EntityManagement => "Entity Management",
            Self::ApplicationLifecycle => "Application Lifecycle",
            Self::ApiActivity => "API Activity",
        }
    }
}

/// How much an event matters by itself; its number is OCSF's `severity_id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The usual course of things.
    Informational = 1,
    /// Worth a look when it comes often.
    Low = 2,
    /// Worth a look.
    Medium = 3,
    /// Somebody should look soon.
    High = 4,
    /// Somebody must look now.
    Critical = 5,
}

/// What an event's code stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The code as it stands in `metadata.event_code`; never given to another event.
    pub text: &'static str,
    /// The word in `metadata.labels`: that of the OWASP logging vocabulary where it has one.
    pub word: &'static str,
    /// The OCSF class.
    pub class: Class,
    /// The class's `activity_id`; 99 is "other", and `activity_name` then holds the word.
    pub activity: u8,
    /// How much it matters.
    pub severity: Severity,
    /// Whether it tells of something refused or gone wrong, unless the event says otherwise.
    pub fails: bool,
    /// One sentence for people: `message`.
    pub caption: &'static str,
}

macro_rules! codes {
    ($($name:ident = $text:literal $word:literal $class:ident $activity:literal $severity:ident
        $outcome:ident $caption:literal;)+) => {
        /// The code of an event; [`Code::row`] tells what it stands for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $caption] $name,)+
        }

        impl Code {
            /// Every code, in the order of the published list.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// What the code stands for.
            pub const fn row(self) -> Row {
                match self {
                    $(Self::$name => Row {
                        text: $text,
                        word: $word,
                        class: Class::$class,
                        activity: $activity,
                        severity: Severity::$severity,
                        fails: codes!(@ $outcome),
                        caption: $caption,
                    },)+
                }
            }
        }
    };
    (@ done) => { false };
    (@ fails) => { true };
}

codes! {
    SignedIn = "WB-AUTH-001" "authn_login_success" Authentication 1 Informational done
        "A person signed in.";
    SignInFailed = "WB-AUTH-002" "authn_login_fail" Authentication 1 Low fails
        "A sign-in was refused.";
    SignInHeldBack = "WB-AUTH-003" "authn_login_lock" Authentication 1 Medium fails
        "A sign-in was refused because the account is held back after failures.";
    SignedOut = "WB-AUTH-004" "session_ended" Authentication 2 Informational done
        "A person signed out.";
    SessionExpired = "WB-AUTH-005" "session_expired" Authentication 2 Informational done
        "A session came to its end by itself.";
    SessionsRevoked = "WB-AUTH-006" "session_revoked" Authentication 2 Low done
        "Sessions of a user were ended before their time.";
    SessionRefused = "WB-AUTH-007" "session_use_after_expire" Authentication 1 Low fails
        "A request came with a session that is unknown or has ended.";
    PasswordChanged = "WB-AUTH-008" "authn_password_change" AccountChange 3 Low done
        "A user changed their own password.";
    PasswordChangeFailed = "WB-AUTH-009" "authn_password_change_fail" AccountChange 3 Low fails
        "A change of password was refused.";
    PasswordReset = "WB-AUTH-010" "authn_password_reset" AccountChange 4 Medium done
        "An administrator set a user's password.";
    SetupLinkMade = "WB-AUTH-011" "authn_token_created" EntityManagement 1 Medium done
        "A one-time set-up link was made; an older one is void.";
    SetupLinkUsed = "WB-AUTH-012" "authn_token_used" EntityManagement 11 Medium done
        "The set-up link was used.";
    SetupRefused = "WB-AUTH-013" "authn_token_reuse" Authentication 1 Medium fails
        "A set-up was refused: its link is wrong, used or too old.";
    TokenCreated = "WB-AUTH-014" "api_token_created" AccountChange 99 Medium done
        "A personal token was made for a user's programs.";
    TokenRevoked = "WB-AUTH-015" "authn_token_revoked" AccountChange 99 Low done
        "A personal token was revoked.";
    TokenRefused = "WB-AUTH-016" "api_token_refused" Authentication 1 Low fails
        "A request came with a token that is unknown, altered, expired or ended.";
    CredentialsRead = "WB-AUTH-017" "authn_credentials_read" ApiActivity 2 Informational done
        "A user's sessions or tokens were listed, without their secrets.";
    UserSessionsEnded = "WB-AUTH-018" "user_sessions_ended" AccountChange 99 Medium done
        "All sessions and tokens of a user were ended by an administrator.";
    TokenRefreshed = "WB-AUTH-019" "access_token_refreshed" Authentication 1 Informational done
        "A program exchanged its refresh token for new tokens.";
    RefreshReused = "WB-AUTH-020" "refresh_token_reuse" Authentication 1 High fails
        "A refresh token came a second time; the session it belonged to is ended.";

    AccessRefused = "WB-ACCESS-001" "authz_fail" ApiActivity 99 Medium fails
        "A request was refused because the caller may not do that.";
    CsrfRefused = "WB-ACCESS-002" "malicious_csrf" ApiActivity 99 Medium fails
        "A request was refused because it may come from another site.";
    RateLimited = "WB-ACCESS-003" "excess_rate_limit_exceeded" ApiActivity 99 Low fails
        "A rate limit was met; further refusals in the same window are not listed.";
    InputRefused = "WB-ACCESS-004" "input_validation_fail" ApiActivity 99 Low fails
        "A request was refused because its content is not what the operation takes.";
    RequestBroke = "WB-ACCESS-005" "sys_error" ApiActivity 99 High fails
        "A request ended in an error of the appliance's own.";

    InletCreated = "WB-INLET-001" "inlet_create" EntityManagement 1 Medium done
        "A secret address through which others write records was made.";
    InletRotated = "WB-INLET-002" "inlet_rotate" EntityManagement 3 Medium done
        "A secret address was replaced by another; the old one leads nowhere.";
    InletRevoked = "WB-INLET-003" "inlet_revoke" EntityManagement 4 Medium done
        "A secret address was revoked.";
    InletsRead = "WB-INLET-004" "inlet_read" ApiActivity 2 Informational done
        "Secret addresses were listed, without their secrets.";
    InletRefused = "WB-INLET-005" "inlet_refuse" ApiActivity 99 Medium fails
        "What came in at a secret address was not signed as it has to be.";

    HookSubscribed = "WB-HOOK-001" "hook_subscribe" EntityManagement 1 Medium done
        "An address asked to be told what becomes of a dataset's records.";
    HookRemoved = "WB-HOOK-002" "hook_remove" EntityManagement 4 Medium done
        "An address is told nothing any more, since somebody said so.";
    HooksRead = "WB-HOOK-003" "hook_read" ApiActivity 2 Informational done
        "Hooks were listed, without their addresses.";
    HookDelivering = "WB-HOOK-004" "hook_deliver" ApiActivity 99 Informational done
        "Records are about to be sent to a hook.";
    HookFailing = "WB-HOOK-005" "hook_failing" ApiActivity 99 Medium fails
        "A hook did not take what it was sent, and is tried again.";
    HookGone = "WB-HOOK-006" "hook_gone" EntityManagement 4 Medium done
        "A hook was removed, since its address answered 410.";
    HookStopped = "WB-HOOK-007" "hook_stop" ApiActivity 99 High fails
        "A hook failed for three days and is told nothing any more.";
    HookRefused = "WB-HOOK-008" "hook_refuse" ApiActivity 99 Medium fails
        "What a hook refused each time became dead letters.";
    HookLettersRead = "WB-HOOK-009" "hook_letters_read" ApiActivity 2 Informational done
        "The dead letters of a hook were listed.";
    HookResent = "WB-HOOK-010" "hook_resend" ApiActivity 3 Low done
        "A dead letter of a hook is sent again, since somebody said so.";
    HookDiscarded = "WB-HOOK-011" "hook_discard" ApiActivity 4 Low done
        "Dead letters of a hook were discarded.";
    HookBehind = "WB-HOOK-012" "hook_behind" ApiActivity 99 High fails
        "More waited for a hook than may, and it is told nothing any more.";

    FeedCreated = "WB-FEED-001" "feed_create" EntityManagement 1 Medium done
        "A site was linked to an ad account whose figures are fetched.";
    FeedUpdated = "WB-FEED-002" "feed_update" EntityManagement 3 Low done
        "A feed of advertising figures was paused, resumed, or told to fetch.";
    FeedDeleted = "WB-FEED-003" "feed_delete" EntityManagement 4 Medium done
        "A feed was deleted with the figures that it had brought.";
    FeedsRead = "WB-FEED-004" "feed_read" ApiActivity 2 Informational done
        "Feeds of a site, or their figures, were read.";
    FeedFetched = "WB-FEED-005" "feed_fetch" ApiActivity 99 Informational done
        "Advertising figures of some days were fetched from a provider, or could not be.";

    SiteCreated = "WB-SITE-001" "site_create" EntityManagement 1 Low done
        "A site whose events are counted was made.";
    SiteUpdated = "WB-SITE-002" "site_update" EntityManagement 3 Low done
        "A site was changed.";
    SiteDeleted = "WB-SITE-003" "site_delete" EntityManagement 4 Medium done
        "A site was deleted with its keys and all of its events.";
    SitesRead = "WB-SITE-004" "site_read" ApiActivity 2 Informational done
        "Sites or their write keys were read, without secrets.";
    SiteKeyCreated = "WB-SITE-005" "site_key_create" EntityManagement 1 Medium done
        "A key that events are sent with was made.";
    SiteKeyDeleted = "WB-SITE-006" "site_key_delete" EntityManagement 4 Medium done
        "A key that events are sent with was taken back.";
    EventsTaken = "WB-SITE-007" "events_take" ApiActivity 1 Informational done
        "Events came in with a write key within a minute.";
    AnalyticsRead = "WB-SITE-008" "analytics_read" ApiActivity 2 Informational done
        "It was read how a site fares.";
    SiteRebuilt = "WB-SITE-009" "site_rebuild" EntityManagement 99 Low done
        "The sums of a site were made anew from its events and compared.";
    HistoryBegun = "WB-SITE-010" "history_begin" EntityManagement 1 Low done
        "Somebody began to bring events of the past into a site.";
    HistoryBrought = "WB-SITE-011" "history_bring" EntityManagement 1 Low done
        "A file of events of the past has ended, or broken off; the counts tell what was kept.";
    ReportExported = "WB-SITE-012" "report_export" ApiActivity 2 Low done
        "A file that tells how a site fares was taken away.";
    EventsExported = "WB-SITE-013" "events_export" ApiActivity 2 Medium done
        "The events of a site were taken away as a file, or as far as it was fetched.";
    KeptCreated = "WB-SITE-020" "site_kept_create" EntityManagement 1 Informational done
        "Something was kept at a site under a name, such as a segment.";
    KeptUpdated = "WB-SITE-021" "site_kept_update" EntityManagement 3 Informational done
        "What is kept at a site under a name was changed.";
    KeptDeleted = "WB-SITE-022" "site_kept_delete" EntityManagement 4 Low done
        "What is kept at a site under a name was deleted.";
    SiteExpired = "WB-SITE-026" "site_expire" EntityManagement 4 Low done
        "Events, or sums, of a site went that it keeps no longer.";
    VisitorFound = "WB-SITE-027" "visitor_find" ApiActivity 2 Informational done
        "It was looked where a visitor of a site was.";
    VisitorErasing = "WB-SITE-028" "visitor_erase_begin" EntityManagement 4 Low done
        "Somebody began to take a visitor out of all that is kept of a site.";
    VisitorErased = "WB-SITE-029" "visitor_erase" EntityManagement 4 Medium done
        "A visitor was taken out of all that is kept of a site.";

    LinkCreated = "WB-LINK-001" "link_create" EntityManagement 1 Medium done
        "A link was made that shows a site's overview without an account.";
    LinkRevoked = "WB-LINK-002" "link_revoke" EntityManagement 4 Medium done
        "A link that shows a site's overview was revoked.";
    LinksRead = "WB-LINK-003" "link_read" ApiActivity 2 Informational done
        "The links of a site were read.";
    LinkOpened = "WB-LINK-004" "link_open" ApiActivity 2 Informational done
        "A link was opened within a minute; the count tells how often.";
    LinkRefused = "WB-LINK-005" "link_refuse" ApiActivity 2 Medium fails
        "A link was tried with a wrong password.";

    UserCreated = "WB-USER-001" "user_created" AccountChange 1 Medium done
        "A user was created.";
    UserUpdated = "WB-USER-002" "user_updated" AccountChange 99 Low done
        "A user's name was changed.";
    RolesChanged = "WB-USER-003" "privilege_permissions_changed" AccountChange 99 High done
        "A user's roles were changed.";
    UserDisabled = "WB-USER-004" "user_archived" AccountChange 5 Medium done
        "A user was disabled.";
    UserEnabled = "WB-USER-005" "user_enabled" AccountChange 2 Medium done
        "A user was enabled.";
    UsersRead = "WB-USER-006" "users_read" ApiActivity 2 Informational done
        "The list of users was read.";

    DatasetCreated = "WB-DATA-001" "dataset_create" ApiActivity 1 Informational done
        "A dataset was created.";
    DatasetUpdated = "WB-DATA-002" "dataset_update" ApiActivity 3 Informational done
        "A dataset's name or fields were changed.";
    DatasetDeleted = "WB-DATA-003" "dataset_delete" ApiActivity 4 Medium done
        "A dataset was deleted with its records.";
    DatasetsRead = "WB-DATA-004" "dataset_read" ApiActivity 2 Informational done
        "Datasets were read, without their records.";
    RecordsRead = "WB-DATA-005" "sensitive_read" ApiActivity 2 Informational done
        "Records were read.";
    RecordCreated = "WB-DATA-006" "sensitive_create" ApiActivity 1 Informational done
        "A record was created.";
    RecordUpdated = "WB-DATA-007" "sensitive_update" ApiActivity 3 Informational done
        "A record was changed.";
    RecordDeleted = "WB-DATA-008" "sensitive_delete" ApiActivity 4 Low done
        "A record was deleted.";
    ImportStarted = "WB-DATA-009" "upload_started" ApiActivity 1 Informational done
        "An import of a file began.";
    ImportFinished = "WB-DATA-010" "upload_complete" ApiActivity 1 Informational done
        "An import of a file was carried through.";
    ImportFailed = "WB-DATA-011" "upload_fail" ApiActivity 1 Low fails
        "An import of a file was refused or broke off.";
    RecordsWritten = "WB-DATA-012" "sensitive_write" ApiActivity 3 Informational done
        "A batch of records was written.";
    Exported = "WB-DATA-013" "sensitive_export" ApiActivity 2 Low done
        "Records were exported to a file.";
    SelectionChanged = "WB-DATA-014" "selection_change" ApiActivity 3 Informational done
        "A user picked records of a dataset, or let go of some.";
    ImportCancelled = "WB-DATA-015" "upload_cancelled" ApiActivity 3 Informational done
        "An import of a file was called off.";
    ExportQueued = "WB-DATA-016" "sensitive_export_asked" ApiActivity 2 Low done
        "A file with records was asked for.";
    ExportFinished = "WB-DATA-017" "sensitive_export_made" ApiActivity 2 Informational done
        "A file with records that was asked for was made.";
    ExportFailed = "WB-DATA-018" "sensitive_export_fail" ApiActivity 2 Low fails
        "A file with records that was asked for could not be made.";
    ExportCancelled = "WB-DATA-019" "sensitive_export_cancelled" ApiActivity 3 Informational done
        "The making of a file with records was called off.";
    ExportFetched = "WB-DATA-020" "sensitive_export_fetched" ApiActivity 2 Low done
        "A file with records, or a part of it, was fetched.";
    ExportDeleted = "WB-DATA-021" "sensitive_export_deleted" ApiActivity 4 Informational done
        "A file with records was deleted.";
    ExportsSwept = "WB-DATA-022" "sensitive_exports_swept" ApiActivity 4 Informational done
        "Files with records that were made long ago were deleted, as the settings say.";
    JobsRead = "WB-DATA-023" "jobs_read" ApiActivity 2 Informational done
        "The list of jobs was read.";

    DatasetShared = "WB-SHARE-001" "dataset_share" EntityManagement 1 Low done
        "A dataset was shared with another user.";
    ShareChanged = "WB-SHARE-002" "dataset_share_change" EntityManagement 3 Low done
        "How far a user may go with a shared dataset was changed.";
    ShareWithdrawn = "WB-SHARE-003" "dataset_share_end" EntityManagement 4 Low done
        "A dataset is shared with a user no more.";
    SharesRead = "WB-SHARE-004" "dataset_share_read" ApiActivity 2 Informational done
        "With whom a dataset is shared was read.";
    SiteShared = "WB-SHARE-005" "site_share" EntityManagement 1 Low done
        "A site was shared with another user.";
    SiteShareChanged = "WB-SHARE-006" "site_share_change" EntityManagement 3 Low done
        "How far a user may go with a shared site was changed.";
    SiteShareEnded = "WB-SHARE-007" "site_share_end" EntityManagement 4 Low done
        "A site is shared with a user no more.";
    SiteSharesRead = "WB-SHARE-008" "site_share_read" ApiActivity 2 Informational done
        "With whom a site is shared was read.";

    ConnectionCreated = "WB-CONN-001" "connection_create" EntityManagement 1 Medium done
        "A connection to a provider was created and its credential sealed.";
    ConnectionUpdated = "WB-CONN-002" "connection_update" EntityManagement 3 Informational done
        "A connection was renamed.";
    ConnectionDeleted = "WB-CONN-003" "connection_delete" EntityManagement 4 Medium done
        "A connection was deleted with its credential.";
    CredentialReplaced = "WB-CONN-004" "credential_replace" EntityManagement 3 Medium done
        "A connection's credential was replaced.";
    CredentialUsed = "WB-CONN-005" "credential_use" EntityManagement 2 Informational done
        "A connection's credential was opened for calls to its provider.";
    ConnectionTested = "WB-CONN-006" "connection_test" EntityManagement 99 Informational done
        "A connection was tested against its provider.";
    ConnectionsRead = "WB-CONN-007" "connection_read" ApiActivity 2 Informational done
        "Connections were read, without their credentials.";
    RemoteSchemaRead = "WB-CONN-008" "remote_schema_read" ApiActivity 2 Informational done
        "A provider was asked for its bases and tables.";
    AuthorizationBegun = "WB-CONN-009" "oauth_begin" EntityManagement 99 Informational done
        "A person was sent to a provider to allow access by OAuth.";
    AuthorizationDenied = "WB-CONN-010" "oauth_deny" EntityManagement 99 Informational fails
        "A person denied at a provider the access that they had been asked for.";
    AuthorizationFailed = "WB-CONN-011" "oauth_fail" EntityManagement 99 Medium fails
        "An authorization at a provider came back wrong or unknown, or gave no tokens.";
    CredentialRenewed = "WB-CONN-012" "credential_renew" EntityManagement 3 Informational done
        "A connection's access token was renewed at its provider; the one before is void.";
    ReconnectNeeded = "WB-CONN-013" "connection_reconnect" EntityManagement 99 Medium fails
        "A provider takes a connection's grant no more; somebody must connect it anew.";
    ConnectionDiagnosed = "WB-CONN-014" "connection_diagnose" EntityManagement 99 Informational done
        "The way to a connection's provider was gone step by step, up to a call that shows nothing.";
    CredentialRevoked = "WB-CONN-015" "credential_revoke" EntityManagement 4 Informational done
        "A provider was told to take the token of a deleted connection no more; a failure says why it may still take it.";

    WatchBegun = "WB-CONN-020" "watch_begin" EntityManagement 1 Informational done
        "A provider was asked to tell by itself of what changes in a base.";
    WatchEnded = "WB-CONN-021" "watch_end" EntityManagement 4 Informational done
        "A provider is not asked any more to tell of what changes in a base.";
    WatchFailed = "WB-CONN-022" "watch_fail" EntityManagement 99 Low fails
        "A provider could not be asked to tell of what changes in a base; that is tried again.";
    SubscriptionDrawn = "WB-CONN-023" "subscription_draw" EntityManagement 1 Low done
        "An address was drawn for a provider to tell of changes; the one before leads nowhere.";
    SubscriptionTokenCame = "WB-CONN-024" "subscription_token_come" EntityManagement 99 Informational done
        "A provider has sent to such an address the token that it signs with.";
    SubscriptionTokenShown = "WB-CONN-025" "subscription_token_show" EntityManagement 2 Medium done
        "The token that a provider signs with was shown, to be pasted there.";
    SubscriptionActive = "WB-CONN-026" "subscription_active" EntityManagement 99 Informational done
        "A provider has told of something for the first time at such an address, and signed it.";
    SubscriptionRefused = "WB-CONN-027" "subscription_refuse" EntityManagement 99 Low fails
        "What came to such an address was not signed with its token; told once a minute.";
    SubscriptionEnded = "WB-CONN-028" "subscription_end" EntityManagement 4 Low done
        "An address for a provider to tell of changes leads nowhere any more.";

    SyncCreated = "WB-SYNC-001" "sync_create" EntityManagement 1 Informational done
        "A sync was created.";
    SyncUpdated = "WB-SYNC-002" "sync_update" EntityManagement 3 Informational done
        "A sync was changed.";
    SyncDeleted = "WB-SYNC-003" "sync_delete" EntityManagement 4 Low done
        "A sync was deleted.";
    SyncsRead = "WB-SYNC-004" "sync_read" ApiActivity 2 Informational done
        "Syncs or their runs were read.";
    RunQueued = "WB-SYNC-005" "run_queued" ApiActivity 1 Informational done
        "A run of a sync was asked for.";
    RunStarted = "WB-SYNC-006" "run_started" ApiActivity 99 Informational done
        "A run began, or went on after a stop.";
    RunPaused = "WB-SYNC-007" "run_paused" ApiActivity 99 Informational done
        "A run was parked because the appliance stops; it goes on at the next start.";
    RunFinished = "WB-SYNC-008" "run_finished" ApiActivity 99 Informational done
        "A run was carried through.";
    RunFailed = "WB-SYNC-009" "run_failed" ApiActivity 99 Low fails
        "A run ended without having been carried through.";
    RemoteRead = "WB-SYNC-010" "remote_read" ApiActivity 2 Informational done
        "Records were read from a provider.";
    RemoteWriteIntended = "WB-SYNC-011" "remote_write_intended" ApiActivity 3 Informational done
        "A batch is about to be written to a provider.";
    RemoteWriteSettled = "WB-SYNC-012" "remote_write_settled" ApiActivity 3 Informational done
        "What became of a batch written to a provider is known.";
    RunCancelRequested = "WB-SYNC-013" "run_cancel_requested" ApiActivity 3 Informational done
        "A run that is under way was called off; it ends after the calls in flight.";
    RunCancelled = "WB-SYNC-014" "run_cancelled" ApiActivity 99 Informational done
        "A run ended because it was called off.";
    DeadLettersDiscarded = "WB-SYNC-015" "dead_letters_discarded" ApiActivity 4 Low done
        "Dead letters of a sync were discarded.";
    PlanQueued = "WB-SYNC-016" "plan_queued" ApiActivity 1 Informational done
        "A plan of what a run would do was asked for.";
    PlanMade = "WB-SYNC-017" "plan_made" ApiActivity 99 Informational done
        "A plan of what a run would do was made.";
    PlanFailed = "WB-SYNC-018" "plan_failed" ApiActivity 99 Low fails
        "A plan of what a run would do could not be made.";
    PlanApproved = "WB-SYNC-019" "plan_approved" ApiActivity 1 Low done
        "A plan was approved, and the run that carries it out was queued.";
    RunsSwept = "WB-SYNC-020" "runs_swept" ApiActivity 4 Informational done
        "Runs and plans of a sync that ended long ago were deleted, as the settings say.";
    ScheduleSet = "WB-SYNC-021" "schedule_set" EntityManagement 3 Informational done
        "It was set when a sync runs by itself.";
    ScheduleRemoved = "WB-SYNC-022" "schedule_removed" EntityManagement 3 Informational done
        "A sync does not run by itself any more.";
    ScheduleMissed = "WB-SYNC-023" "schedule_missed" ApiActivity 99 Low fails
        "A time of a schedule passed without a run.";
    SyncFailing = "WB-SYNC-030" "sync_failing" ApiActivity 99 Medium fails
        "A sync has failed so often in a row that somebody should look.";
    SyncRecovered = "WB-SYNC-031" "sync_recovered" ApiActivity 99 Informational done
        "A sync that failed time after time has come through again.";
    SchemaDrifted = "WB-SYNC-034" "schema_drift" ApiActivity 99 Low done
        "The remote table's fields are not what a sync's mapping was made for.";
    DriftEnded = "WB-SYNC-035" "schema_drift_end" ApiActivity 99 Informational done
        "The remote table fits a sync's mapping again.";
    ConflictsFound = "WB-SYNC-040" "conflicts_found" ApiActivity 99 Low done
        "A run found records that both sides of a sync have changed.";
    ConflictsResolved = "WB-SYNC-041" "conflicts_resolved" ApiActivity 3 Low done
        "Somebody has said who is right about conflicts of a sync.";
    ChangeReported = "WB-SYNC-070" "change_reported" ApiActivity 99 Informational done
        "A provider told that a base has changed, or tells of it from now on; the syncs that wait for that are due.";
    ChangeUnheeded = "WB-SYNC-071" "change_unheeded" ApiActivity 99 Low fails
        "A provider told that a base has changed, and no run of a sync came of it.";
    DeliveryResendChosen = "WB-SYNC-060" "delivery_resend_chosen" ApiActivity 3 Low done
        "A delivery of which nobody can tell whether it arrived is to be sent again.";

    Started = "WB-SYS-001" "sys_startup" ApplicationLifecycle 3 Informational done
        "The appliance started.";
    Stopped = "WB-SYS-002" "sys_shutdown" ApplicationLifecycle 4 Informational done
        "The appliance stopped in order.";
    StoreReopened = "WB-SYS-003" "sys_restart" ApplicationLifecycle 5 High done
        "The store was closed after an error of the disk and opened again.";
    MasterKeyMade = "WB-SYS-004" "crypt_key_created" EntityManagement 1 Medium done
        "The master key that seals every credential was made.";
    TokenKeyMade = "WB-SYS-007" "crypt_token_key_created" EntityManagement 1 Medium done
        "The key that signs access tokens was made.";
    UnsealFailed = "WB-SYS-005" "crypt_decrypt_fail" EntityManagement 2 High fails
        "A sealed value could not be opened: its key is another, or it was altered.";
    StoreMigrated = "WB-SYS-008" "sys_store_migrated" ApplicationLifecycle 99 Medium done
        "The store was brought to another schema, by a newer version or for an older one.";
    JobFailed = "WB-SYS-006" "sys_job_fail" ApplicationLifecycle 99 Medium fails
        "A job broke, or stopped moving, by a fault of the appliance's own.";

    SegmentOpened = "WB-AUDIT-001" "log_segment" ApplicationLifecycle 99 Informational done
        "A new segment of the audit log begins; the key of the one before is destroyed.";
    LogRecovered = "WB-AUDIT-002" "log_recovered" ApplicationLifecycle 99 High done
        "A new segment begins after a torn write; the torn bytes are kept and named.";
    Checkpoint = "WB-AUDIT-003" "log_checkpoint" ApplicationLifecycle 99 Informational done
        "The audit log up to here is signed.";
    ActNotCommitted = "WB-AUDIT-004" "log_act_void" ApplicationLifecycle 99 Medium fails
        "Acts were announced and then not carried out.";
    ActsLost = "WB-AUDIT-005" "log_acts_lost" ApplicationLifecycle 99 High fails
        "Reads and refusals were not listed while the audit log could not be written.";
    AuditRead = "WB-AUDIT-006" "log_read" ApiActivity 2 Low done
        "The audit log was read.";
    CheckpointTaken = "WB-AUDIT-007" "log_checkpoint_taken" ApiActivity 2 Informational done
        "A checkpoint of the audit log was taken, to be kept elsewhere.";
    LogVerified = "WB-AUDIT-008" "log_verified" ApiActivity 2 Informational done
        "The audit log was checked, and is as it was written.";
    LogBroken = "WB-AUDIT-009" "log_broken" ApiActivity 2 Critical fails
        "The audit log was checked, and is not as it was written.";
    ChainRead = "WB-AUDIT-010" "log_chain_read" ApiActivity 2 Informational done
        "It was asked how far the audit log goes and whether it was checked.";
}

impl Display for Code {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        f.write_str(self.row().text)
    }
}

/// A text that is no event's code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no event code; a code looks like {example}", example = Code::SignedIn)]
pub struct BadCode(String);

impl FromStr for Code {
    type Err = BadCode;

    /// Takes the code itself or its word.
    fn from_str(text: &str) -> Result<Self, BadCode> {
        Self::ALL
            .iter()
            .copied()
            .find(|code| code.row().text == text || code.row().word == text)
            .ok_or_else(|| BadCode(text.chars().take(64).collect()))
    }
}

/// The published list: every code with what it stands for, as a Markdown table.
pub fn code_list() -> String {
    let head = "| code | word | OCSF class | activity | severity | what happened |\n\
                |---|---|---|---|---|---|\n";
    let rows = Code::ALL.iter().map(|code| code.row().listed());
    std::iter::once(head.to_owned()).chain(rows).collect()
}

impl Row {
    fn listed(&self) -> String {
        format!(
            "| {} | {} | {} {} | {} | {:?} | {} |\n",
            self.text,
            self.word,
            self.class.uid(),
            self.class.name(),
            self.activity,
            self.severity,
            self.caption
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_events_share_a_code_or_a_word() {
        let mut seen = HashSet::new();
        for row in Code::ALL.iter().map(|code| code.row()) {
            assert!(seen.insert(row.text), "{} is given twice", row.text);
            assert!(seen.insert(row.word), "{} is given twice", row.word);
        }
    }

    #[test]
    fn a_code_is_found_by_its_text_and_by_its_word() {
        assert_eq!("WB-AUTH-002".parse(), Ok(Code::SignInFailed));
        assert_eq!("authn_login_fail".parse(), Ok(Code::SignInFailed));
        assert!("WB-AUTH-999".parse::<Code>().is_err());
    }

    #[test]
    fn the_published_list_has_a_row_for_every_code() {
        assert_eq!(code_list().lines().count(), Code::ALL.len() + 2);
    }
}
