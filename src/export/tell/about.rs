//! What one must know to read a sheet.

use jiff::Timestamp;

use crate::analytics::{Error, Filter, Period, Segment, Site, SiteGoal};
use crate::base::KeptId;
use crate::export::words;

/// Lines about a sheet, each with what it is about.
pub(super) type Lines = Vec<(&'static str, String)>;

/// What all sheets of a site say: whose figures these are, of which days, and what they are held
/// against.
pub(super) fn head(site: &Site, question: &str, days: (Period, Option<Period>)) -> Lines {
    let mut lines = vec![
        ("Site", format!("{} ({})", site.name(), site.domain())),
        ("Question", question.to_owned()),
        ("Days", words::days(days.0)),
    ];
    if let Some(before) = days.1 {
        lines.push(("Before", words::days(before)));
    }
    lines
}

/// Which visits count.
pub(super) fn visits(
    site: &Site,
    segment: Option<KeptId>,
    filters: &[Filter],
) -> Result<Lines, Error> {
    let mut lines = Lines::new();
    if let Some(id) = segment {
        let found = site.find_kept::<Segment>(id)?;
        let Segment { name, filters } = found.what();
        lines.push(("Segment", format!("{name}: {}", words::filters(filters))));
    }
    let told = if filters.is_empty() {
        let all = if segment.is_some() {
            "those of the segment"
        } else {
            "all"
        };
        all.to_owned()
    } else {
        words::filters(filters)
    };
    lines.push(("Visits that count", told));
    Ok(lines)
}

/// The goal that they have reached, where one is named.
pub(super) fn reached(site: &Site, goal: Option<KeptId>) -> Result<Lines, Error> {
    let Some(id) = goal else {
        return Ok(Lines::new());
    };
    let name = goal_name(site, id)?;
    Ok(vec![("Of these, those that reached", name)])
}

/// What a goal is called.
pub(super) fn goal_name(site: &Site, goal: KeptId) -> Result<String, Error> {
    Ok(site.find_kept::<SiteGoal>(goal)?.what().name.clone())
}

/// How it was counted, and when.
pub(super) fn tail(site: &Site, known_at: Timestamp) -> Lines {
    let known = known_at.strftime("%-d %B %Y, %H:%M:%S UTC");
    vec![
        ("Time zone", site.time_zone().to_owned()),
        ("Currency", site.currency().to_owned()),
        ("Visitors are told apart", words::visitors(site).to_owned()),
        ("Known at", known.to_string()),
    ]
}
