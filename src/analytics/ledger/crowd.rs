//! A set of visitors, as numbers: exact, and small however many there are.

use roaring::RoaringBitmap;

use super::packed::{Reader, put};
use crate::store::Error;

const LIST: u8 = 0;
const BITMAP: u8 = 1;

/// What is known of a set without having it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Outline {
    pub(super) count: u64,
    /// The least number; 0 where there is none.
    pub(super) least: u32,
    /// The greatest.
    pub(super) greatest: u32,
}

impl Outline {
    pub(super) fn of(set: &RoaringBitmap) -> Self {
        Self {
            count: set.len(),
            least: set.min().unwrap_or(0),
            greatest: set.max().unwrap_or(0),
        }
    }

    /// Whether the outline tells the whole set.
    pub(super) fn tells_all(&self) -> bool {
        self.count <= 2 || self.count == u64::from(self.greatest - self.least) + 1
    }

    /// The set that the outline tells.
    fn set(&self) -> RoaringBitmap {
        let mut set = RoaringBitmap::new();
        match self.count {
            0 => {}
            1 | 2 => set.extend([self.least, self.greatest]),
            _ => drop(set.insert_range(self.least..=self.greatest)),
        }
        set
    }
}

/// Writes a set: nothing where its outline tells it, else in the shorter of two ways.
pub(super) fn encode(out: &mut Vec<u8>, set: &mut RoaringBitmap) {
    if Outline::of(set).tells_all() {
        return;
    }
    set.optimize();
    let start = out.len();
    out.push(LIST);
    let mut before = 0;
    let limit = start + 1 + set.serialized_size();
    for number in &*set {
        put(out, u64::from(number - before));
        before = number;
        if out.len() > limit {
            out.truncate(start);
            out.push(BITMAP);
            set.serialize_into(&mut *out)
                .expect("memory takes what is written to it");
            return;
        }
    }
}

/// Reads what [`encode`] has written of the set with this outline.
pub(super) fn decode(
    bytes: &[u8],
    outline: Outline,
    what: &'static str,
) -> Result<RoaringBitmap, Error> {
    let mut reader = Reader::new(bytes, what);
    if outline.tells_all() {
        reader.end()?;
        return Ok(outline.set());
    }
    let set = match reader.byte()? {
        LIST => {
            let mut before = 0_u32;
            // Not pushed one by one: that looks for the greatest number each time.
            let numbers = std::iter::from_fn(|| {
                before = before.checked_add(reader.small().ok()?)?;
                Some(before)
            });
            let many = usize::try_from(outline.count).unwrap_or(usize::MAX);
            let mut set = RoaringBitmap::new();
            let read = set.append(numbers.take(many));
            if read.is_ok_and(|read| read < outline.count) {
                return Err(reader.damaged());
            }
            reader.end()?;
            set
        }
        BITMAP => RoaringBitmap::deserialize_from(&bytes[1..])
            .map_err(|_not_a_bitmap| reader.damaged())?,
        _ => return Err(reader.damaged()),
    };
    if Outline::of(&set) != outline {
        return Err(reader.damaged());
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_set_comes_back_from_its_bytes(
            few in prop::collection::btree_set(any::<u32>(), 0..40),
            run in (0..5_000_000_u32, 0..90_000_u32, 1..9_u32),
        ) {
            let (from, length, step) = run;
            let scattered = (from..from + length).step_by(step as usize);
            for numbers in [few.into_iter().collect::<Vec<u32>>(), scattered.collect()] {
                let mut set: RoaringBitmap = numbers.into_iter().collect();
                let mut bytes = Vec::new();
                encode(&mut bytes, &mut set);
                let outline = Outline::of(&set);
                prop_assert_eq!(decode(&bytes, outline, "a test").unwrap(), set);
            }
        }

        #[test]
        fn strange_bytes_are_an_error_and_no_panic(bytes: Vec<u8>, count in 0..99_u64, least: u32, more in 0..99_u32) {
            let outline = Outline { count, least, greatest: least.saturating_add(more) };
            if let Ok(set) = decode(&bytes, outline, "a test") {
                prop_assert_eq!(Outline::of(&set).count, count);
            }
        }
    }
}
