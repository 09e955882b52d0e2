//! Says why an event was not counted.

/// Why an event was not counted; the word is what a sender can tell by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is no JSON.
    BadJson,
    /// A member is missing, unknown, or not what it has to be.
    Invalid,
    /// It has too many bytes.
    TooLarge,
    /// It happened longer ago than late events are taken.
    TooOld,
    /// It is yet to happen.
    InFuture,
    /// Its page is none of the site's.
    ForeignUrl,
    /// It has personal data in it.
    PersonalData,
    /// It was no person.
    Bot,
    /// Whoever it was does not want to be counted.
    OptedOut,
    /// It is in another currency than the site's.
    OtherCurrency,
    /// Nobody can say who it was.
    NoVisitor,
    /// Only a server may say that.
    SecretKeyOnly,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::BadJson,
        Self::Invalid,
        Self::TooLarge,
        Self::TooOld,
        Self::InFuture,
        Self::ForeignUrl,
        Self::PersonalData,
        Self::Bot,
        Self::OptedOut,
        Self::OtherCurrency,
        Self::NoVisitor,
        Self::SecretKeyOnly,
    ];

    /// Its word in answers and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BadJson => "bad_json",
            Self::Invalid => "invalid",
            Self::TooLarge => "too_large",
            Self::TooOld => "too_old",
            Self::InFuture => "in_future",
            Self::ForeignUrl => "foreign_url",
            Self::PersonalData => "personal_data",
            Self::Bot => "bot",
            Self::OptedOut => "opted_out",
            Self::OtherCurrency => "other_currency",
            Self::NoVisitor => "no_visitor",
            Self::SecretKeyOnly => "secret_key_only",
        }
    }
}

/// One event that was not counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its place among those that were sent together, from 0.
    pub index: usize,
    /// Why.
    pub reason: Reason,
    /// The same in a sentence, with the member in question.
    pub message: String,
}
