//! Listings under way: which records belong to one and in which order is settled with its first
//! page, what is in them is read when its page is asked for.
use std::{collections::HashMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use super::{
    base::{Base, TableAt},
    id::{Ids, RecordId, is_id},
    query::Selection,
    refusal::Refusal,
    sort::sort,
    table::Slot,
};

/// How many listings are remembered; the one that was idle longest makes room.
const MOST: usize = 1_000;

/// All listings under way, by the first half of their offsets.
#[derive(Default)]
pub(crate) struct Listings(HashMap<String, Listing>);

struct Listing {
    slots: Arc<[Slot]>,
    /// Where each offset that was given out leads.
    offsets: HashMap<RecordId, usize>,
    used: Timestamp,
}

/// One page: its rows, and the offset of the next.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) slots: Vec<Slot>,
    pub(crate) offset: Option<String>,
}

/// When a page is asked for, and for how long an idle listing is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) now: Timestamp,
    pub(crate) idle: SignedDuration,
}

impl Listings {
    /// Settles which records a listing has and answers its first page.
    pub(crate) fn open(
        &mut self,
        (base, table): (&Base, TableAt),
        selection: &Selection,
        ids: &mut Ids,
        patience: Patience,
    ) -> Page {
        let slots = select(base, table, selection);
        let mut listing = Listing {
            slots: slots.into(),
            offsets: HashMap::new(),
            used: patience.now,
        };
        let page = listing.page(base, table, 0, selection.page_size);
        let Some(next) = page.next else {
            return Page {
                slots: page.slots,
                offset: None,
            };
        };
        let name = ids.other("itr");
        let offset = Some(format!("{name}/{next}"));
        self.make_room(patience);
        self.0.insert(name, listing);
        Page {
            slots: page.slots,
            offset,
        }
    }

    /// Answers a further page; refuses offsets that were never given out or are too old.
    pub(crate) fn proceed(
        &mut self,
        (base, table): (&Base, TableAt),
        offset: &str,
        page_size: usize,
        patience: Patience,
    ) -> Result<Page, Refusal> {
        let (name, record) = offset.split_once('/').ok_or_else(Refusal::bad_offset)?;
        let record = RecordId::parse(record).ok_or_else(Refusal::bad_offset)?;
        if !is_id("itr", name) {
            return Err(Refusal::bad_offset());
        }
        self.forget_idle(patience);
        let listing = self.0.get_mut(name).ok_or_else(Refusal::listing_gone)?;
        let start = *listing
            .offsets
            .get(&record)
            .ok_or_else(Refusal::bad_offset)?;
        listing.used = patience.now;
        let page = listing.page(base, table, start, page_size);
        Ok(Page {
            slots: page.slots,
            offset: page.next.map(|next| format!("{name}/{next}")),
        })
    }

    /// Forgets all listings, as the vendor does when one of its servers is replaced.
    pub(crate) fn forget(&mut self) {
        self.0.clear();
    }

    fn forget_idle(&mut self, patience: Patience) {
        self.0
            .retain(|_, listing| patience.now.duration_since(listing.used) < patience.idle);
    }

    fn make_room(&mut self, patience: Patience) {
        self.forget_idle(patience);
        if self.0.len() >= MOST {
            let oldest = self.0.iter().min_by_key(|(_, listing)| listing.used);
            if let Some(name) = oldest.map(|(name, _)| name.clone()) {
                self.0.remove(&name);
            }
        }
    }
}

/// A page's rows and the record that the next one begins with.
struct Stretch {
    slots: Vec<Slot>,
    next: Option<RecordId>,
}

impl Listing {
    /// Takes `page_size` rows from `start` on; those deleted meanwhile are passed over.
    fn page(&mut self, base: &Base, table: TableAt, start: usize, page_size: usize) -> Stretch {
        let table = base.table(table);
        let rest = self.slots[start..].iter().enumerate();
        let mut there =
            rest.filter_map(|(at, slot)| Some((start + at, *slot, table.row(*slot)?.id)));
        let slots: Vec<Slot> = there
            .by_ref()
            .take(page_size)
            .map(|(_, slot, _)| slot)
            .collect();
        // The vendor answers an empty page with no offset when asked for pages of no record.
        let next = if page_size == 0 { None } else { there.next() };
        if let Some((at, _, id)) = next {
            self.offsets.insert(id, at);
        }
        Stretch {
            slots,
            next: next.map(|(_, _, id)| id),
        }
    }
}

fn select(base: &Base, table: TableAt, selection: &Selection) -> Vec<Slot> {
    let rows = base.table(table).rows();
    let mut slots: Vec<Slot> = match &selection.formula {
        None => rows.map(|(slot, _)| slot).collect(),
        Some(formula) => rows
            .filter(|(_, row)| formula.keeps(base, table, row))
            .map(|(slot, _)| slot)
            .collect(),
    };
    sort(base, table, &mut slots, &selection.sort);
    slots.truncate(selection.max_records.unwrap_or(usize::MAX));
    slots
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            query::Query,
            table::tests::{id, people, stamp, text},
        },
        *,
    };

    struct Desk {
        base: Base,
        at: TableAt,
        ids: Ids,
        listings: Listings,
    }

    fn desk() -> Desk {
        let mut base = Base::new("app1".into(), "Base".into());
        let mut table = people();
        for number in 0..5 {
            table.insert(id(number), vec![text(0, "x")], stamp());
        }
        let at = base.add(table);
        Desk {
            base,
            at,
            ids: Ids::seeded(1),
            listings: Listings::default(),
        }
    }

    fn patience(second: i64) -> Patience {
        Patience {
            now: Timestamp::from_second(second).unwrap(),
            idle: SignedDuration::from_mins(5),
        }
    }

    impl Desk {
        fn open(&mut self, parameters: &[(&str, &str)]) -> Page {
            let pairs: Vec<_> = parameters
                .iter()
                .map(|(n, v)| ((*n).into(), (*v).into()))
                .collect();
            let selection = Query::from_pairs(&pairs)
                .select(self.base.table(self.at))
                .unwrap();
            self.listings.open(
                (&self.base, self.at),
                &selection,
                &mut self.ids,
                patience(0),
            )
        }

        fn proceed(&mut self, offset: &str, second: i64) -> Result<Page, Refusal> {
            self.listings
                .proceed((&self.base, self.at), offset, 2, patience(second))
        }
    }

    fn numbers(page: &Page) -> Vec<u32> {
        page.slots.iter().map(|slot| slot.0).collect()
    }

    #[test]
    fn pages_follow_each_other_until_no_offset_is_left() {
        let mut desk = desk();
        let first = desk.open(&[("pageSize", "2")]);
        let second = desk.proceed(&first.offset.clone().unwrap(), 1).unwrap();
        let third = desk.proceed(&second.offset.clone().unwrap(), 2).unwrap();
        assert_eq!(
            (numbers(&first), numbers(&second), numbers(&third)),
            (vec![0, 1], vec![2, 3], vec![4])
        );
        assert_eq!(third.offset, None);
    }

    #[test]
    fn the_same_offset_answers_the_same_page_again() {
        let mut desk = desk();
        let offset = desk.open(&[("pageSize", "2")]).offset.unwrap();
        let once = desk.proceed(&offset, 1).unwrap();
        let again = desk.proceed(&offset, 2).unwrap();
        assert_eq!(numbers(&once), numbers(&again));
    }

    #[test]
    fn membership_is_settled_with_the_first_page() {
        let mut desk = desk();
        let offset = desk.open(&[("pageSize", "2")]).offset.unwrap();
        let table = desk.base.table_mut(desk.at);
        table.insert(id(9), vec![], stamp());
        table.delete(Slot(3));
        let rest = desk.proceed(&offset, 1).unwrap();
        assert_eq!((numbers(&rest), rest.offset), (vec![2, 4], None));
    }

    #[test]
    fn an_idle_listing_expires() {
        let mut desk = desk();
        let offset = desk.open(&[("pageSize", "2")]).offset.unwrap();
        assert!(desk.proceed(&offset, 299).is_ok());
        assert_eq!(
            desk.proceed(&offset, 600).unwrap_err(),
            Refusal::listing_gone()
        );
    }

    #[test]
    fn an_offset_that_was_never_given_out_is_refused() {
        let mut desk = desk();
        for wrong in [
            "",
            "x",
            "itr00000000000000",
            "itr0000000000000/rec00000000000000",
        ] {
            assert_eq!(
                desk.proceed(wrong, 0).unwrap_err(),
                Refusal::bad_offset(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn no_page_size_and_no_records_are_an_empty_list() {
        for parameter in [("pageSize", "0"), ("maxRecords", "0")] {
            let page = desk().open(&[parameter]);
            assert_eq!(
                (numbers(&page), page.offset),
                (vec![], None),
                "{parameter:?}"
            );
        }
    }

    #[test]
    fn a_listing_stops_at_its_greatest_number_of_records() {
        let mut desk = desk();
        let first = desk.open(&[("pageSize", "2"), ("maxRecords", "3")]);
        let second = desk.proceed(&first.offset.unwrap(), 0).unwrap();
        assert_eq!((numbers(&second), second.offset), (vec![2], None));
    }
}
