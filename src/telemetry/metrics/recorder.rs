//! The process's one recorder: a table of series for each metric of the list.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use metrics::{
    Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};

use super::{process, text};
use crate::base::metrics::{ALL, About, Kind, SERIES_REFUSED};

/// More series than this are not kept of one metric: the labels come from the code, and a mistake
/// there must not fill the memory.
const MOST_SERIES: usize = 2000;

/// What is measured in this process. Clones share it.
#[derive(Clone)]
pub struct Metrics(Arc<HashMap<&'static str, Family>>);

/// One metric with all its series.
pub(super) struct Family {
    pub(super) about: &'static About,
    series: RwLock<HashMap<Key, Series>>,
}

/// One series' numbers.
#[derive(Clone)]
pub(super) enum Series {
    /// A count, or the bits of a gauge's `f64`.
    Number(Arc<AtomicU64>),
    Buckets(Arc<Buckets>),
}

/// How many values of a histogram fell where.
pub(super) struct Buckets {
    limits: &'static [f64],
    /// One for each limit, and one for what is beyond the last.
    counts: Vec<AtomicU64>,
    /// The bits of an `f64`.
    sum: AtomicU64,
}

/// The facade has one recorder in a process, as the log has one subscriber.
static OF_PROCESS: LazyLock<Metrics> = LazyLock::new(|| {
    let metrics = Metrics::new();
    if metrics::set_global_recorder(metrics.clone()).is_err() {
        tracing::warn!("another recorder was there first; the metrics stay empty");
    }
    metrics
});

impl Metrics {
    /// Those of this process, which are recorded from the first call on.
    pub fn of_process() -> Self {
        OF_PROCESS.clone()
    }

    /// Metrics that nobody records yet.
    pub fn new() -> Self {
        let family = |about: &&'static About| {
            let series = RwLock::default();
            let about = *about;
            (about.name, Family { about, series })
        };
        Self(Arc::new(ALL.iter().map(family).collect()))
    }

    /// Everything in the text format of Prometheus, with the process's own figures as of now.
    pub fn render(&self) -> String {
        process::measure();
        text::render(ALL.iter().filter_map(|about| self.0.get(about.name)))
    }

    /// The numbers of a series; none when its metric is not in the list, or has too many.
    fn series(&self, key: &Key) -> Option<Series> {
        let family = self.0.get(key.name())?;
        let known = family.series.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(series) = known.get(key) {
            return Some(series.clone());
        }
        drop(known);
        let mut known = family
            .series
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_SERIES {
            drop(known);
            SERIES_REFUSED.add([], 1);
            return None;
        }
        let fresh = || Series::of(family.about.kind);
        Some(known.entry(key.clone()).or_insert_with(fresh).clone())
    }

    fn number(&self, key: &Key) -> Option<Arc<AtomicU64>> {
        match self.series(key)? {
            Series::Number(number) => Some(number),
            Series::Buckets(_) => None,
        }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Family {
    /// Every series, in the order of its labels.
    pub(super) fn sorted(&self) -> Vec<(Key, Series)> {
        let known = self.series.read().unwrap_or_else(PoisonError::into_inner);
        let pairs = known.iter();
        let mut all: Vec<_> = pairs.map(|(key, one)| (key.clone(), one.clone())).collect();
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        all
    }
}

impl Series {
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Counter | Kind::Reading | Kind::Gauge => Self::Number(Arc::default()),
            Kind::Histogram(limits) => Self::Buckets(Arc::new(Buckets {
                limits,
                counts: (0..=limits.len()).map(|_| AtomicU64::new(0)).collect(),
                sum: AtomicU64::new(0.0_f64.to_bits()),
            })),
        }
    }
}

impl Buckets {
    /// For each limit how many values do not exceed it, then how many there are in all.
    pub(super) fn up_to(&self) -> Vec<u64> {
        let mut sum = 0;
        let counts = self.counts.iter();
        counts
            .map(|count| {
                sum += count.load(Ordering::Relaxed);
                sum
            })
            .collect()
    }

    pub(super) fn sum(&self) -> f64 {
        f64::from_bits(self.sum.load(Ordering::Relaxed))
    }
}

impl HistogramFn for Buckets {
    fn record(&self, value: f64) {
        let at = self.limits.partition_point(|limit| *limit < value);
        self.counts[at].fetch_add(1, Ordering::Relaxed);
        let add = |bits| Some((f64::from_bits(bits) + value).to_bits());
        // It cannot fail: there is always a next sum.
        let _before = self
            .sum
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

/// What the facade hands over. Descriptions are the list's.
impl Recorder for Metrics {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.number(key)
            .map_or_else(Counter::noop, Counter::from_arc)
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.number(key).map_or_else(Gauge::noop, Gauge::from_arc)
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        match self.series(key) {
            Some(Series::Buckets(buckets)) => Histogram::from_arc(buckets),
            Some(Series::Number(_)) | None => Histogram::noop(),
        }
    }
}

#[cfg(test)]
mod tests {
    use metrics::with_local_recorder;

    use super::*;
    use crate::base::metrics::{HTTP_DURATION, HTTP_REQUESTS, JOBS};

    #[test]
    fn what_was_said_is_shown_in_the_format_of_prometheus() {
        let metrics = Metrics::new();
        with_local_recorder(&metrics, || {
            HTTP_REQUESTS.add(["GET".into(), "getRecord".into(), "200".into()], 2);
            HTTP_REQUESTS.add(["GET".into(), "a\"b\\c\n".into(), "404".into()], 1);
            JOBS.set(["running".into()], 3.0);
            for seconds in [0.001, 0.0011, 70.0] {
                HTTP_DURATION.observe(["GET".into(), "x".into()], seconds);
            }
        });
        let page = metrics.render();
        for line in [
            "# TYPE weighbridge_http_requests_total counter",
            "weighbridge_http_requests_total{method=\"GET\",route=\"getRecord\",status=\"200\"} 2",
            "weighbridge_http_requests_total{method=\"GET\",route=\"a\\\"b\\\\c\\n\",status=\"404\"} 1",
            "# TYPE weighbridge_jobs gauge",
            "weighbridge_jobs{state=\"running\"} 3",
            "weighbridge_http_request_duration_seconds_bucket{method=\"GET\",route=\"x\",le=\"0.0005\"} 0",
            "weighbridge_http_request_duration_seconds_bucket{method=\"GET\",route=\"x\",le=\"0.001\"} 1",
            "weighbridge_http_request_duration_seconds_bucket{method=\"GET\",route=\"x\",le=\"0.0025\"} 2",
            "weighbridge_http_request_duration_seconds_bucket{method=\"GET\",route=\"x\",le=\"60\"} 2",
            "weighbridge_http_request_duration_seconds_bucket{method=\"GET\",route=\"x\",le=\"+Inf\"} 3",
            "weighbridge_http_request_duration_seconds_sum{method=\"GET\",route=\"x\"} 70.0021",
            "weighbridge_http_request_duration_seconds_count{method=\"GET\",route=\"x\"} 3",
        ] {
            assert!(page.lines().any(|shown| shown == line), "{line}\n{page}");
        }
    }

    #[test]
    fn a_metric_that_is_not_in_the_list_is_not_kept() {
        let metrics = Metrics::new();
        with_local_recorder(&metrics, || metrics::counter!("of_nobody").increment(1));
        assert!(!metrics.render().contains("of_nobody"));
    }

    #[test]
    fn more_labels_than_any_code_has_do_not_fill_the_memory() {
        let metrics = Metrics::new();
        let total = MOST_SERIES + 5;
        with_local_recorder(&metrics, || {
            for number in 0..total {
                JOBS.set([number.to_string().into()], 1.0);
            }
        });
        let page = metrics.render();
        let kept = page
            .lines()
            .filter(|line| line.starts_with("weighbridge_jobs{"));
        assert_eq!(kept.count(), MOST_SERIES);
        assert!(page.contains("weighbridge_metrics_series_refused_total 5\n"));
    }
}
