//! The tree of what was found, for people and for programs.

use std::fmt::{Display, Formatter, Result as Written};

use serde::Serialize;

/// How a check came out, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// As it should be.
    Ok,
    /// It could not or need not be looked at.
    NotChecked,
    /// It works, and somebody should know something.
    Warning,
    /// It does not work, or will not.
    Failed,
}

/// One thing that was looked at, with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Check {
    pub(super) name: String,
    pub(super) verdict: Verdict,
    /// What was found.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) remedy: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) checks: Vec<Check>,
}

/// Everything that was looked at.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    verdict: Verdict,
    checks: Vec<Check>,
}

impl Check {
    pub(super) fn ok(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Verdict::Ok, name, detail)
    }

    pub(super) fn not_checked(name: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(Verdict::NotChecked, name, why)
    }

    pub(super) fn warning(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Verdict::Warning, name, detail)
    }

    pub(super) fn failed(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Verdict::Failed, name, detail)
    }

    /// What to do about it.
    pub(super) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Several checks under one name; as bad as the worst of them, and checked if one is.
    pub(super) fn group(name: impl Into<String>, checks: Vec<Self>) -> Self {
        let mut group = Self::new(Verdict::Ok, name, "");
        group.verdict = worst(&checks);
        group.checks = checks;
        group
    }

    fn new(verdict: Verdict, name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            verdict,
            detail: detail.into(),
            remedy: None,
            checks: Vec::new(),
        }
    }

    fn write(&self, f: &mut Formatter<'_>, depth: usize) -> Written {
        let (indent, sign) = ("  ".repeat(depth), self.verdict.sign());
        write!(f, "{indent}{sign} {}", self.name)?;
        match (self.verdict.word(), self.checks.is_empty()) {
            (Some(word), true) => write!(f, ": {word}: {}", self.detail)?,
            (Some(word), false) => write!(f, ": {word}")?,
            (None, _) if self.detail.is_empty() => {}
            (None, _) => write!(f, ": {}", self.detail)?,
        }
        writeln!(f)?;
        if let Some(remedy) = &self.remedy {
            writeln!(f, "{indent}    → {remedy}")?;
        }
        self.checks
            .iter()
            .try_for_each(|check| check.write(f, depth + 1))
    }

    fn count(&self, verdict: Verdict) -> usize {
        if self.checks.is_empty() {
            return usize::from(self.verdict == verdict);
        }
        self.checks.iter().map(|check| check.count(verdict)).sum()
    }
}

impl Verdict {
    const fn sign(self) -> &'static str {
        match self {
            Self::Ok => "✔",
            Self::NotChecked => "–",
            Self::Warning => "!",
            Self::Failed => "✘",
        }
    }

    /// The sign in a word, for those who do not see it.
    const fn word(self) -> Option<&'static str> {
        match self {
            Self::Ok => None,
            Self::NotChecked => Some("not checked"),
            Self::Warning => Some("warning"),
            Self::Failed => Some("FAILED"),
        }
    }
}

/// The worst verdict; what was not checked counts only where nothing was.
fn worst(checks: &[Check]) -> Verdict {
    let all = checks.iter().map(|check| check.verdict);
    match all.clone().max() {
        Some(Verdict::NotChecked) if all.clone().any(|one| one == Verdict::Ok) => Verdict::Ok,
        Some(verdict) => verdict,
        None => Verdict::Ok,
    }
}

impl Report {
    pub(super) fn new(checks: Vec<Check>) -> Self {
        let verdict = worst(&checks);
        Self { verdict, checks }
    }

    /// How many checks failed.
    pub(super) fn failures(&self) -> usize {
        self.count(Verdict::Failed)
    }

    fn count(&self, verdict: Verdict) -> usize {
        self.checks.iter().map(|check| check.count(verdict)).sum()
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Written {
        self.checks.iter().try_for_each(|check| check.write(f, 0))?;
        let (failed, warnings) = (self.failures(), self.count(Verdict::Warning));
        match (failed, warnings) {
            (0, 0) => write!(f, "All is well."),
            (0, warnings) => write!(f, "All works; warnings: {warnings}."),
            (failed, warnings) => write!(f, "Failed: {failed}; warnings: {warnings}."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Report {
        let clock = Check::not_checked("time server", "unknown");
        Report::new(vec![
            Check::group("Clock", vec![Check::ok("time", "now"), clock]),
            Check::group(
                "Disk",
                vec![Check::failed("room", "3 MiB are free").remedy("Make room.")],
            ),
            Check::warning("TLS", "ends soon"),
        ])
    }

    #[test]
    fn the_tree_is_read_by_its_words_as_well_as_by_its_signs() {
        let expected = "✔ Clock\n  ✔ time: now\n  – time server: not checked: unknown\n\
                        ✘ Disk: FAILED\n  ✘ room: FAILED: 3 MiB are free\n      → Make room.\n\
                        ! TLS: warning: ends soon\nFailed: 1; warnings: 1.";
        assert_eq!(tree().to_string(), expected);
    }

    #[test]
    fn programs_get_the_same_tree() {
        let tree = serde_json::to_value(tree()).unwrap();
        assert_eq!(tree["verdict"], "failed");
        assert_eq!(tree["checks"][0]["verdict"], "ok");
        assert_eq!(tree["checks"][1]["checks"][0]["remedy"], "Make room.");
    }

    #[test]
    fn a_group_is_as_bad_as_its_worst_part() {
        for (parts, expected) in [
            (vec![], Verdict::Ok),
            (vec![Verdict::NotChecked], Verdict::NotChecked),
            (vec![Verdict::NotChecked, Verdict::Ok], Verdict::Ok),
            (
                vec![Verdict::Warning, Verdict::NotChecked],
                Verdict::Warning,
            ),
            (vec![Verdict::Failed, Verdict::Warning], Verdict::Failed),
        ] {
            let checks = parts.iter().map(|part| Check::new(*part, "", ""));
            assert_eq!(worst(&checks.collect::<Vec<_>>()), expected, "{parts:?}");
        }
    }
}
