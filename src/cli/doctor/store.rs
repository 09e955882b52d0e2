//! Whether the store can be opened, and by this version.

use super::{Check, size};
use crate::base::chain;
use crate::config::Config;
use crate::store::{self, Error, Seen};

const NAME: &str = "Store";

pub(super) fn check(config: &Config, running: bool) -> Check {
    let file = config.server.store_file();
    let bytes = std::fs::metadata(&file).map_or(0, |about| about.len());
    judge(store::look(&file), running, bytes)
}

fn judge(seen: Result<Seen, Error>, running: bool, bytes: u64) -> Check {
    let again = "Stop whatever else uses the folder, or look into the kernel's log.";
    match seen {
        Ok(Seen::Missing) => Check::not_checked(NAME, "it is made at the first start"),
        Ok(Seen::Unclean) => Check::warning(NAME, "it was not closed in order")
            .remedy("Nothing: the next start repairs it."),
        Ok(Seen::Schema { found, known }) if found > known => {
            let detail = format!("it has schema {found}, and this version knows {known}");
            Check::failed(NAME, detail).remedy("Install the newer version that has written it.")
        }
        Ok(Seen::Schema { found, known }) if found < known => {
            let detail = format!("it has schema {found}; the next start brings it to {known}");
            Check::warning(NAME, detail).remedy("Keep a copy of the data folder first.")
        }
        Ok(Seen::Schema { found, .. }) => {
            Check::ok(NAME, format!("{}, schema {found}", size(bytes)))
        }
        Err(Error::Locked(_)) if running => {
            Check::ok(NAME, format!("{}, open in the running server", size(bytes)))
        }
        Err(error @ Error::Locked(_)) => Check::failed(NAME, error.to_string()).remedy(again),
        Err(error @ Error::Damaged(_)) => Check::failed(NAME, chain(&error).to_string())
            .remedy("Restore the data folder from a backup."),
        Err(error) => Check::failed(NAME, chain(&error).to_string()).remedy(again),
    }
}

#[cfg(test)]
mod tests {
    use super::super::verdict::Verdict;
    use super::*;

    #[test]
    fn a_store_is_judged_by_what_a_start_would_meet() {
        let schema = |found, known| Ok(Seen::Schema { found, known });
        let locked = || Err(Error::Locked("/s".into()));
        for (seen, running, expected) in [
            (Ok(Seen::Missing), false, Verdict::NotChecked),
            (Ok(Seen::Unclean), false, Verdict::Warning),
            (schema(2, 2), false, Verdict::Ok),
            (schema(1, 2), false, Verdict::Warning),
            (schema(3, 2), false, Verdict::Failed),
            (locked(), true, Verdict::Ok),
            (locked(), false, Verdict::Failed),
            (Err(Error::Damaged("x".into())), false, Verdict::Failed),
        ] {
            let shown = format!("{seen:?} {running}");
            assert_eq!(judge(seen, running, 0).verdict, expected, "{shown}");
        }
    }
}
