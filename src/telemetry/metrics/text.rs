//! The text format (Prometheus documentation, "Exposition formats", version 0.0.4).

use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use metrics::Key;

use super::recorder::{Family, Series};
use crate::base::metrics::Kind;

/// All families that have a series, each with its help and its type.
pub(super) fn render<'a>(families: impl Iterator<Item = &'a Family>) -> String {
    let mut page = String::with_capacity(16 * 1024);
    for family in families {
        let series = family.sorted();
        if series.is_empty() {
            continue;
        }
        let about = family.about;
        let help = escaped(about.help, false);
        let _infallible = writeln!(page, "# HELP {} {help}", about.name);
        let _infallible = writeln!(page, "# TYPE {} {}", about.name, kind(about.kind));
        for (key, series) in series {
            show(&mut page, about.kind, &key, &series);
        }
    }
    page
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter | Kind::Reading => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram(_) => "histogram",
    }
}

fn show(page: &mut String, kind: Kind, key: &Key, series: &Series) {
    let name = key.name();
    let labels = labels(key);
    match (series, kind) {
        (Series::Number(number), Kind::Counter) => {
            line(
                page,
                name,
                &labels,
                &number.load(Ordering::Relaxed).to_string(),
            );
        }
        (Series::Number(number), _) => {
            let value = f64::from_bits(number.load(Ordering::Relaxed));
            line(page, name, &labels, &value.to_string());
        }
        (Series::Buckets(buckets), Kind::Histogram(limits)) => {
            let counts = buckets.up_to();
            let limits = limits.iter().map(ToString::to_string);
            for (limit, count) in limits.chain(["+Inf".to_owned()]).zip(&counts) {
                let comma = if labels.is_empty() { "" } else { "," };
                let labels = format!("{labels}{comma}le=\"{limit}\"");
                line(page, &format!("{name}_bucket"), &labels, &count.to_string());
            }
            let all = counts.last().copied().unwrap_or_default();
            line(
                page,
                &format!("{name}_sum"),
                &labels,
                &buckets.sum().to_string(),
            );
            line(page, &format!("{name}_count"), &labels, &all.to_string());
        }
        (Series::Buckets(_), _) => {}
    }
}

fn line(page: &mut String, name: &str, labels: &str, value: &str) {
    // Writing to a text cannot fail; `write!` says so only by its type.
    let _infallible = if labels.is_empty() {
        writeln!(page, "{name} {value}")
    } else {
        writeln!(page, "{name}{{{labels}}} {value}")
    };
}

fn labels(key: &Key) -> String {
    let pairs = key.labels().map(|pair| {
        let value = escaped(pair.value(), true);
        format!("{}=\"{value}\"", pair.key())
    });
    pairs.collect::<Vec<_>>().join(",")
}

/// Backslashes and line feeds are written as two characters; so are quotes within labels.
fn escaped(text: &str, quotes: bool) -> String {
    let text = text.replace('\\', "\\\\").replace('\n', "\\n");
    if quotes {
        text.replace('"', "\\\"")
    } else {
        text
    }
}
