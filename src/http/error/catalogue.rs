//! The published catalogue: every kind of error, with its status and what to do about it.

/// What an error answer says, in the vocabulary that clients may rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the catalogue below describes each of them")]
pub enum Code {
    BadJson,
    BadQuery,
    BadPath,
    BadHost,
    HttpsRequired,
    Misdirected,
    NotSignedIn,
    SignInFailed,
    RefreshRefused,
    SignatureInvalid,
    WriteKeyRefused,
    LinkPassword,
    Forbidden,
    CsrfFailed,
    NotFound,
    LinkNotFound,
    MethodNotAllowed,
    Conflict,
    IdempotencyInProgress,
    IdempotencyAnswerLost,
    Referenced,
    ApprovalRequired,
    PlanOutdated,
    SetupDone,
    SetupLinkInvalid,
    PreconditionFailed,
    TooLarge,
    UnsupportedMediaType,
    ValidationFailed,
    UnknownField,
    IdempotencyKeyReused,
    ScanTooLarge,
    ImportRefused,
    RateLimited,
    Internal,
    ProviderFailed,
    AuthorizationFailed,
    AuditUnavailable,
    StorageUnavailable,
    StorageFull,
}

/// One line of the published catalogue of errors.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its place in the table, which a test holds it to.
    #[cfg_attr(not(test), expect(dead_code, reason = "the index is the code"))]
    pub(crate) code: Code,
    /// The code as it is sent, and the last part of the problem's `type`.
    pub(crate) text: &'static str,
    pub(crate) status: u16,
    pub(crate) title: &'static str,
    /// What the reader can do about it, in whole sentences.
    pub(crate) remedy: &'static str,
}

/// What the catalogue advises about the error of this code.
pub fn remedy(code: &str) -> Option<&'static str> {
    let entry = CATALOGUE.iter().find(|entry| entry.text == code)?;
    Some(entry.remedy)
}

/// In the order of [`Code`].
#[rustfmt::skip]
pub(crate) const CATALOGUE: [Entry; 40] = [
    Entry { code: Code::BadJson, text: "bad_json", status: 400, title: "The body is not valid JSON", remedy: "Send one JSON document in UTF-8; the detail names the line and column where reading stopped." },
    Entry { code: Code::BadQuery, text: "bad_query", status: 400, title: "A query parameter is wrong", remedy: "Correct the parameter that the detail names; the API document lists what each accepts." },
    Entry { code: Code::BadPath, text: "bad_path", status: 400, title: "The path is wrong", remedy: "Use an id exactly as an answer gave it to you." },
    Entry { code: Code::BadHost, text: "bad_host", status: 400, title: "The request does not name one host", remedy: "Send exactly one Host header (RFC 9112), and no other host in the target." },
    Entry { code: Code::HttpsRequired, text: "https_required", status: 400, title: "The API is not offered over plain HTTP", remedy: "Call the same address with https, and consider what was sent with this request, such as a token, as known to others." },
    Entry { code: Code::Misdirected, text: "misdirected", status: 421, title: "The appliance is not called that", remedy: "Call it by one of the names in server.hosts, or add the name there." },
    Entry { code: Code::NotSignedIn, text: "not_signed_in", status: 401, title: "Nobody is signed in", remedy: "Sign in, and send the session cookie with the request, or send a token in the header Authorization. Both end: a session when it is not used, a token at its date, and all of them when the password, the roles or the state of the account change." },
    Entry { code: Code::SignInFailed, text: "sign_in_failed", status: 401, title: "Signing in failed", remedy: "Check the e-mail address and the password. After several failures an account waits a while before it accepts another try; an administrator can disable an account or set a new password." },
    Entry { code: Code::RefreshRefused, text: "refresh_refused", status: 401, title: "The refresh token is no good", remedy: "Sign in again. A refresh token is used once; one that comes a second time ends its session, since it is in two hands." },
    Entry { code: Code::SignatureInvalid, text: "signature_invalid", status: 401, title: "The signature is no good", remedy: "Sign the id, the time and the body as Standard Webhooks says, with the signing key that was shown when the address was drawn, and send the time within five minutes." },
    Entry { code: Code::WriteKeyRefused, text: "write_key_refused", status: 401, title: "The write key is no good", remedy: "Send a key that the site lists, whole: in Authorization as Bearer, or a public one as the parameter key. One that was deleted is good no more." },
    Entry { code: Code::LinkPassword, text: "link_password", status: 401, title: "The link is opened with a password", remedy: "Send the password with which the link was made; whoever sent the link knows it." },
    Entry { code: Code::Forbidden, text: "forbidden", status: 403, title: "You may not do this", remedy: "Ask an administrator for a role that has the permission which the detail names; a token needs it among its scopes, too." },
    Entry { code: Code::CsrfFailed, text: "csrf_failed", status: 403, title: "The request did not prove where it comes from", remedy: "Send the session's csrf_token in the header x-csrf-token, from the appliance's own origin." },
    Entry { code: Code::NotFound, text: "not_found", status: 404, title: "There is no such thing", remedy: "Check the address. What belongs to somebody else answers like what does not exist." },
    Entry { code: Code::LinkNotFound, text: "link_not_found", status: 404, title: "The link leads nowhere", remedy: "Open the link whole, as it was sent. One that was revoked or has ended does not come back; its maker can make another." },
    Entry { code: Code::MethodNotAllowed, text: "method_not_allowed", status: 405, title: "The method is not offered here", remedy: "Use one of the methods in the Allow header." },
    Entry { code: Code::Conflict, text: "conflict", status: 409, title: "It changed, or is taken, in the meantime", remedy: "Read it again, then repeat the change if it is still wanted." },
    Entry { code: Code::IdempotencyInProgress, text: "idempotency_in_progress", status: 409, title: "The same request is under way", remedy: "Wait a moment and send it again: the answer will then be that of the first one." },
    Entry { code: Code::IdempotencyAnswerLost, text: "idempotency_answer_lost", status: 409, title: "The request was carried out, and its answer is lost", remedy: "Do not send it under another key: it was carried out, once. Look at the list for what it made." },
    Entry { code: Code::Referenced, text: "referenced", status: 409, title: "Something else depends on it", remedy: "Delete what depends on it first, or repeat with cascade=true to delete all of it; dependents lists them." },
    Entry { code: Code::ApprovalRequired, text: "approval_required", status: 409, title: "A run of this sync needs an approved plan", remedy: "Ask for a plan of the sync and approve it; the sync's approval setting can be changed by whoever owns it." },
    Entry { code: Code::PlanOutdated, text: "plan_outdated", status: 409, title: "The plan cannot be carried out", remedy: "It is not ready, was carried out, was overtaken or is too old. Ask for another plan." },
    Entry { code: Code::SetupDone, text: "setup_done", status: 409, title: "The appliance is set up already", remedy: "Sign in instead. Who has lost the only account runs `weighbridge user password` at the machine." },
    Entry { code: Code::SetupLinkInvalid, text: "setup_link_invalid", status: 410, title: "The set-up link is used, old or wrong", remedy: "Make a new one at the machine with `weighbridge setup-link`; it is good for 30 minutes and one use." },
    Entry { code: Code::PreconditionFailed, text: "precondition_failed", status: 412, title: "It is not as it was when you saw it", remedy: "Read it again, carry your change over to what it is now, and send the new ETag in If-Match, with its quotes." },
    Entry { code: Code::TooLarge, text: "too_large", status: 413, title: "The request is too large", remedy: "Send at most 1 MiB; files are imported through the import operation, which has no such limit." },
    Entry { code: Code::UnsupportedMediaType, text: "unsupported_media_type", status: 415, title: "The content type is not accepted here", remedy: "Set Content-Type to one that the API document names for the operation, mostly application/json." },
    Entry { code: Code::ValidationFailed, text: "validation_failed", status: 422, title: "A value is not acceptable", remedy: "Correct the members that fields lists; each message says what would be right." },
    Entry { code: Code::UnknownField, text: "unknown_field", status: 422, title: "A member is not known", remedy: "Leave the member away or correct its name; nothing that is not understood is accepted silently." },
    Entry { code: Code::IdempotencyKeyReused, text: "idempotency_key_reused", status: 422, title: "The key was used for another request", remedy: "Use a new Idempotency-Key for a new request, and the same body and permissions for one that is sent again." },
    Entry { code: Code::ScanTooLarge, text: "scan_too_large", status: 422, title: "The question would read too many records", remedy: "Filter or sort by an indexed field, or narrow the filter." },
    Entry { code: Code::ImportRefused, text: "import_refused", status: 422, title: "The file was not imported", remedy: "The detail says what is wrong with the file; nothing of it was kept." },
    Entry { code: Code::RateLimited, text: "rate_limited", status: 429, title: "Too many requests", remedy: "Wait as many seconds as Retry-After says. The limits are settings of the appliance and listed at /api/v1/system/rate-limits." },
    Entry { code: Code::Internal, text: "internal", status: 500, title: "The appliance made a mistake", remedy: "Nothing is wrong with the request. Give the request id to whoever runs the appliance: its log has the cause under that id." },
    Entry { code: Code::ProviderFailed, text: "provider_failed", status: 502, title: "The other service did not do it", remedy: "The member provider holds what it answered. Test the connection; try again later if the service is at fault." },
    Entry { code: Code::AuthorizationFailed, text: "authorization_failed", status: 409, title: "The account was not connected", remedy: "Nothing was changed. The detail says whether access was denied at the provider or the provider did not carry it out. Begin anew, and allow the access that is asked for; if it fails again, check the appliance's registration at the provider." },
    Entry { code: Code::AuditUnavailable, text: "audit_unavailable", status: 503, title: "The book cannot be written", remedy: "Nothing is changed while the audit log cannot be written. See the log for the cause: mostly the disk or its permissions. It comes back by itself." },
    Entry { code: Code::StorageUnavailable, text: "storage_unavailable", status: 503, title: "The store does not answer", remedy: "Try again in a moment; see the log for the cause if it stays." },
    Entry { code: Code::StorageFull, text: "storage_full", status: 507, title: "No space is left", remedy: "Nothing was changed. Make room on the disk of the data folder; no restart is needed." },
];

impl Code {
    pub(crate) fn entry(self) -> &'static Entry {
        &CATALOGUE[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use poem::http::StatusCode;

    use super::*;

    #[test]
    fn the_catalogue_is_in_the_order_of_the_codes() {
        for (place, entry) in CATALOGUE.iter().enumerate() {
            assert_eq!(entry.code as usize, place, "{}", entry.text);
            assert!(StatusCode::from_u16(entry.status).is_ok(), "{}", entry.text);
        }
    }
}
