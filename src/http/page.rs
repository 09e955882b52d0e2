//! Reads which part of a list is wanted.

use crate::base::{BadCursor, Cursor};
use crate::config;

use super::error::{ApiError, Code};

/// How much of a list is given at once, from the settings.
#[derive(Clone, Copy, Debug)]
pub struct Pages {
    unasked: u16,
    most: u16,
}

/// One part of a list: at most `limit` items after the place that the last part ended at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// At most so many items.
    pub limit: usize,
    /// Where the last part ended; `None` for the beginning.
    pub after: Option<Cursor>,
}

impl Pages {
    pub(crate) fn new(settings: &config::Limits) -> Self {
        let size = |rows: u32| u16::try_from(rows).unwrap_or(u16::MAX);
        Self {
            unasked: size(settings.page_default.min(settings.page_max)),
            most: size(settings.page_max),
        }
    }

    /// Reads the query parameters `limit` and `after` of a list.
    ///
    /// Errs with `bad_query` on a size out of range and on a cursor that no list gave out.
    pub fn read(self, limit: Option<u16>, after: Option<&str>) -> Result<Page, ApiError> {
        let limit = limit.unwrap_or(self.unasked);
        if !(1..=self.most).contains(&limit) {
            return Err(ApiError::new(
                Code::BadQuery,
                format!(
                    "limit: {limit} is out of range, which is 1 to {}",
                    self.most
                ),
            ));
        }
        Ok(Page {
            limit: usize::from(limit),
            after: after.map(Cursor::decode).transpose()?,
        })
    }
}

impl From<BadCursor> for ApiError {
    fn from(error: BadCursor) -> Self {
        Self::new(Code::BadQuery, format!("after: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGES: Pages = Pages {
        unasked: 50,
        most: 500,
    };

    #[test]
    fn a_list_begins_at_its_beginning() {
        let page = PAGES.read(None, None).unwrap();
        assert_eq!((page.limit, page.after), (50, None));
    }

    #[test]
    fn sizes_and_cursors_that_cannot_be_are_refused() {
        for (limit, after) in [
            (Some(0), None),
            (Some(501), None),
            (None, Some("no cursor")),
        ] {
            let refused = PAGES.read(limit, after).unwrap_err();
            assert_eq!(refused.code(), Code::BadQuery);
        }
    }
}
