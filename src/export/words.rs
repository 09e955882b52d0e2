//! Says in words what was asked and how it is to be read.

use jiff::civil::Date;

use crate::analytics::{Filter, Operator, Period, Site, VisitorIds};

/// Days as people write them.
pub(super) fn days(period: Period) -> String {
    let day = |day: Date| day.strftime("%-d %B %Y").to_string();
    if period.first == period.last {
        day(period.first)
    } else {
        format!("{} to {}", day(period.first), day(period.last))
    }
}

/// Which visits count, by filters all of which have to pick.
pub(super) fn filters(filters: &[Filter]) -> String {
    let all: Vec<String> = filters.iter().map(filter).collect();
    all.join("; ")
}

/// One filter: `source is "google" or "bing"`.
pub(super) fn filter(filter: &Filter) -> String {
    let does = match filter.operator {
        Operator::Is => "is",
        Operator::IsNot => "is not",
        Operator::Contains => "contains",
        Operator::NotContains => "does not contain",
        Operator::StartsWith => "starts with",
    };
    let values = filter.values.iter().map(|value| match &**value {
        "" => "not there".to_owned(),
        value => format!("\u{201c}{value}\u{201d}"),
    });
    let values: Vec<String> = values.collect();
    let name = spaced(filter.facet.name());
    format!("{name} {does} {}", values.join(" or "))
}

/// A word of questions as people write it.
pub(super) fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// Words of a list: `a`, `a and b`, `a, b and c`.
pub(super) fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// How visitors of the site are told apart.
pub(super) fn visitors(site: &Site) -> &'static str {
    match site.visitor_ids() {
        VisitorIds::Daily => "for one day: whoever comes on two days counts as two visitors",
        VisitorIds::Lasting => "for as long as the sender of events says that it is the same one",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::Facet;

    #[test]
    fn filters_are_sentences() {
        let one = |facet, operator, values: &[&str]| Filter {
            facet,
            operator,
            values: values.iter().map(|value| (*value).into()).collect(),
        };
        let all = [
            one(Facet::Source, Operator::Is, &["google", "bing"]),
            one(Facet::LandingPage, Operator::NotContains, &["/shop"]),
            one(Facet::Campaign, Operator::Is, &[""]),
        ];
        assert_eq!(
            filters(&all),
            "source is “google” or “bing”; landing page does not contain “/shop”; campaign is not \
             there"
        );
    }

    #[test]
    fn days_and_lists_are_written_as_people_do() {
        let (first, last) = (
            jiff::civil::date(2026, 11, 1),
            jiff::civil::date(2026, 11, 28),
        );
        let one = Period { first, last: first };
        assert_eq!(days(one), "1 November 2026");
        let many = Period { first, last };
        assert_eq!(days(many), "1 November 2026 to 28 November 2026");
        let words = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(listed(&words), "a, b and c");
        assert_eq!(listed(&words[..1]), "a");
    }
}
