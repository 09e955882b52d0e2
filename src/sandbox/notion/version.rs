//! Which edition of the vendor's API a call speaks.
use super::refusal::Refusal;

/// An edition, named by the header `Notion-Version`; a later one is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    /// 2022-06-28: a database is a table.
    Databases,
    /// 2025-09-03: a database holds data sources, and those are the tables.
    Sources,
    /// 2026-03-11: what lies in the trash is told by `in_trash` alone.
    Trash,
}

impl Version {
    /// Reads the header; every call must have one.
    pub(crate) fn parse(header: Option<&str>) -> Result<Self, Refusal> {
        match header {
            None => Err(Refusal::missing_version()),
            Some("2022-06-28") => Ok(Self::Databases),
            Some("2025-09-03") => Ok(Self::Sources),
            Some("2026-03-11") => Ok(Self::Trash),
            Some(other) => Err(Refusal::invalid(format!(
                "Notion-Version header failed validation: Notion-Version header should be a \
                 supported version, instead was `\"{other}\"`."
            ))),
        }
    }

    /// Whether databases are containers and data sources are the tables.
    pub(crate) fn has_sources(self) -> bool {
        self >= Self::Sources
    }

    /// Whether the older name `archived` is still shown and taken beside `in_trash`.
    pub(crate) fn has_archived(self) -> bool {
        self < Self::Trash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_without_a_version_is_refused_by_its_own_code() {
        assert_eq!(Version::parse(None), Err(Refusal::missing_version()));
    }

    #[test]
    fn a_version_that_never_was_is_refused() {
        let refused = Version::parse(Some("2024-01-01")).unwrap_err();
        assert!(refused.message.contains("2024-01-01"));
    }

    #[test]
    fn data_sources_came_before_the_older_name_of_the_trash_went() {
        let editions = ["2022-06-28", "2025-09-03", "2026-03-11"];
        let shown = editions.map(|edition| {
            let version = Version::parse(Some(edition)).unwrap();
            (version.has_sources(), version.has_archived())
        });
        assert_eq!(shown, [(false, true), (true, true), (true, false)]);
    }
}
