//! One measured quantity, and the way to say that it has moved.

use std::time::Duration;

use metrics::{Key, Label as Pair, Level, Metadata, with_recorder};

/// The value of a label: a word of the code's own, or an operation's name; never what a caller
/// sent, so that there are few.
pub type Label = metrics::SharedString;

/// What everybody should know of a metric.
#[derive(Debug, PartialEq)]
pub struct About {
    /// Its name, by the conventions of Prometheus: the unit last, counters end in `_total`.
    pub name: &'static str,
    /// How it moves.
    pub kind: Kind,
    /// What it is told apart by.
    pub labels: &'static [&'static str],
    /// What it counts.
    pub help: &'static str,
}

/// How a metric moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Upwards, by what is counted.
    Counter,
    /// Upwards, as somebody else has counted it.
    Reading,
    /// Up and down.
    Gauge,
    /// It counts values by the least of these limits that they do not exceed.
    Histogram(&'static [f64]),
}

/// Seconds, from a quick answer of the appliance itself to a vendor's deadline.
pub(super) const SECONDS: Kind = Kind::Histogram(&[
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
    60.0,
]);
/// How many at once.
pub(super) const SIZES: Kind = Kind::Histogram(&[
    1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 500.0, 1000.0, 10_000.0, 100_000.0,
]);

/// Something that is counted. `N` is the number of its labels.
pub struct Counter<const N: usize>(pub(super) About);

/// Something that is measured when somebody asks. `N` is the number of its labels.
pub struct Gauge<const N: usize>(pub(super) About);

/// Something whose values are counted by their size. `N` is the number of its labels.
pub struct Histogram<const N: usize>(pub(super) About);

const META: Metadata<'static> = Metadata::new("weighbridge", Level::INFO, None);

impl<const N: usize> Counter<N> {
    /// Counts `by` more of those with these labels.
    pub fn add(&self, labels: [Label; N], by: u64) {
        self.series(labels).increment(by);
    }

    /// The count of those with these labels, for whoever counts them often and keeps it.
    pub fn series(&self, labels: [Label; N]) -> metrics::Counter {
        let key = self.0.key(labels);
        with_recorder(|recorder| recorder.register_counter(&key, &META))
    }
}

impl<const N: usize> Counter<N> {
    /// Shows those with these labels from the beginning, at zero: a rise from nothing is none that
    /// an alarm would see.
    pub fn begin(&self, labels: [Label; N]) {
        self.add(labels, 0);
    }
}

impl<const N: usize> Gauge<N> {
    /// Says how it stands.
    pub fn set(&self, labels: [Label; N], value: f64) {
        let key = self.0.key(labels);
        with_recorder(|recorder| recorder.register_gauge(&key, &META).set(value));
    }

    /// Says how many there are.
    #[expect(
        clippy::cast_precision_loss,
        reason = "the format knows floating-point numbers alone"
    )]
    pub fn count(&self, labels: [Label; N], number: u64) {
        self.set(labels, number as f64);
    }
}

impl<const N: usize> Histogram<N> {
    /// Counts one value.
    pub fn observe(&self, labels: [Label; N], value: f64) {
        self.series(labels).record(value);
    }

    /// The values with these labels, for whoever counts them often and keeps it.
    pub fn series(&self, labels: [Label; N]) -> metrics::Histogram {
        let key = self.0.key(labels);
        with_recorder(|recorder| recorder.register_histogram(&key, &META))
    }

    /// Counts one span of time, in seconds.
    pub fn took(&self, labels: [Label; N], span: Duration) {
        self.observe(labels, span.as_secs_f64());
    }
}

impl About {
    fn key<const N: usize>(&self, labels: [Label; N]) -> Key {
        let pairs = self.labels.iter().zip(labels);
        let pairs: Vec<Pair> = pairs.map(|(name, label)| Pair::new(*name, label)).collect();
        Key::from_parts(self.name, pairs)
    }
}
