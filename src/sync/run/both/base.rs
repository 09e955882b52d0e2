//! Says what both sides held when they last agreed.

use super::super::super::intent::Look;
use super::super::super::link::{Content, Hash, Link, UNKNOWN};
use super::super::super::undo::Course;
use super::super::content::{look, marked, reads_back_as};
use super::super::fit::Fit;
use super::super::former::Former;
use crate::fields::{Misfit, Value};
use crate::providers::{RemoteField, Row};

/// What stands in a link in the place of a cell that is yet to be written there. No canonical value
/// begins so.
pub(super) const PENDING: &[u8] = b"?";
/// What stands in a link before a cell of ours that is being written there, with what it looks like.
/// No canonical value begins so.
const SENT: u8 = b'!';
/// The same of a cell that an undo was giving back what it held.
const GIVEN: u8 = b'~';
/// What stands for a cell of a column that the mapping did not have when both sides agreed. No
/// canonical value is it.
pub(super) const UNSEEN: &[u8] = b"*";
/// A cell looks like so many digits.
pub(super) const DIGITS: usize = 8;
/// What stands for the look of a cell that is not written.
pub(super) const LEFT: &[u8; DIGITS] = b"--------";

/// The canonical cells of one side, in the order of the layout; an empty one is empty.
pub(super) type Cells = Vec<Vec<u8>>;

/// What both sides held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Base {
    pub(super) here: Cells,
    pub(super) there: Cells,
}

/// In which columns a link's cells are, and in which they were under former mappings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    mark: &'a Hash,
    columns: usize,
    former: &'a [Former],
}

impl Frame<'_> {
    /// The cells of both sides that a link holds, in the present columns; none if they were agreed
    /// under a mapping that nobody knows, or nobody has looked.
    fn cells(self, link: &Link) -> Option<(Cells, Cells)> {
        let (here, there) = (apart(&link.here), apart(&link.cells));
        if link.echoes(&marked(self.mark, &link.cells)) {
            let fits = here.len() == self.columns && there.len() == self.columns;
            return fits.then_some((here, there));
        }
        let former = self.former.iter();
        let mut fitting =
            former.filter(|one| here.len() == one.columns && there.len() == one.columns);
        let former = fitting.find(|one| link.echoes(&marked(&one.mark, &link.cells)))?;
        let seen = |cells: &Cells| {
            let cells = former.cells(cells);
            let cells = cells.map(|cell| cell.map_or_else(|| UNSEEN.to_vec(), Vec::clone));
            cells.collect::<Cells>()
        };
        Some((seen(&here), seen(&there)))
    }
}

impl Fit {
    /// In which columns links are read.
    pub(super) fn frame(&self) -> Frame<'_> {
        Frame {
            mark: &self.mark,
            columns: self.layout.fields.len(),
            former: &self.former,
        }
    }

    /// Whether a link is of the present mapping.
    pub(super) fn is_of_present(&self, link: &Link) -> bool {
        link.echoes(&marked(&self.mark, &link.cells))
    }
}

/// One side as it is now.
#[derive(Clone, Debug)]
pub(super) struct Now {
    pub(super) values: Vec<Option<Value>>,
    pub(super) cells: Cells,
}

impl Now {
    pub(super) fn of(values: Vec<Option<Value>>) -> Self {
        let cells = values.iter().map(Option::as_ref).map(canonical).collect();
        Self { values, cells }
    }
}

/// A value in canonical form.
pub(super) fn canonical(value: Option<&Value>) -> Vec<u8> {
    let mut out = Vec::new();
    if let Some(value) = value {
        value.write(&mut out);
    }
    out
}

/// Cells as a link holds them: each ended by a zero byte.
pub(super) fn joined<C: AsRef<[u8]>>(cells: impl IntoIterator<Item = C>) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    for cell in cells {
        out.extend_from_slice(cell.as_ref());
        out.push(0);
    }
    out
}

/// The cells that a link holds.
pub(super) fn apart(cells: &[u8]) -> Cells {
    let Some(cells) = cells.strip_suffix(&[0]) else {
        return Vec::new();
    };
    cells.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect()
}

/// What the cells of a linked record look like that are written there.
pub(in super::super) fn look_of_written(row: &Row) -> Look {
    let mut look = look(&row.cells).0.into_bytes();
    for at in &row.untouched {
        look[at * DIGITS..][..DIGITS].copy_from_slice(LEFT);
    }
    Look(String::from_utf8_lossy(&look).into_owned())
}

/// The link of a record of which nobody knows whether it was written there: until both sides are
/// seen again it remembers what that would look like. What an undo has given back there is not to be
/// sent once more.
pub(in super::super) fn perhaps_written(link: Link, look: &Look, course: Course) -> Link {
    let by = match course {
        Course::Onward => SENT,
        Course::Back => GIVEN,
    };
    let looks = look.0.as_bytes().chunks(DIGITS);
    let here = apart(&link.here);
    if here.len() != looks.len() {
        return link; // it was agreed under another mapping, or not at all
    }
    let sent = here.iter().zip(looks).map(|(cell, look)| {
        let (_, agreed) = agreed_before(cell);
        if look == LEFT {
            cell.clone()
        } else {
            [&[by], look, agreed].concat()
        }
    });
    Link {
        here: joined(sent),
        source: UNKNOWN,
        ..link
    }
}

/// What a cell looked like that was perhaps written, and what was agreed before.
fn agreed_before(cell: &[u8]) -> (Option<(&[u8], u8)>, &[u8]) {
    let marked = cell
        .split_first()
        .filter(|(by, _)| [SENT, GIVEN].contains(by));
    let told = marked.and_then(|(by, rest)| Some((*by, rest.split_at_checked(DIGITS)?)));
    match told {
        Some((by, (look, agreed))) => (Some((look, by)), agreed),
        None => (None, cell),
    }
}

impl Base {
    /// What a link knows of that; none if the mapping was another then that nobody knows, or nobody
    /// has looked.
    pub(super) fn of(link: &Link, frame: Frame<'_>) -> Option<Self> {
        let (mut here, there) = frame.cells(link)?;
        for cell in &mut here {
            *cell = agreed_before(cell).1.to_vec();
        }
        Some(Self { here, there })
    }

    /// What both sides held in a column; none where that is not known of it.
    pub(super) fn cell(&self, at: usize) -> Option<(&[u8], &[u8])> {
        let cell = (self.here[at].as_slice(), self.there[at].as_slice());
        (cell.0 != UNSEEN && cell.1 != UNSEEN).then_some(cell)
    }

    /// Whether it is known of every column.
    pub(super) fn is_whole(&self) -> bool {
        (0..self.here.len()).all(|at| self.cell(at).is_some())
    }

    /// Whether a column was another there than `now`, as far as is known.
    pub(super) fn differs_there(&self, at: usize, now: &[u8]) -> bool {
        self.cell(at).is_some_and(|(_, there)| there != now)
    }

    /// The same here.
    pub(super) fn differs_here(&self, at: usize, now: &[u8]) -> bool {
        self.cell(at).is_some_and(|(here, _)| here != now)
    }

    /// What is known of that beside what both sides hold now, the record here unless it is gone.
    pub(super) fn known(
        link: &Link,
        frame: Frame<'_>,
        sides: (Option<&Now>, There<'_>),
    ) -> Option<Self> {
        Self::beside(link, frame, sides).or_else(|| Self::announced(look_of_found(link)?, sides))
    }

    /// The same beside what both sides hold now, the record here unless it is gone: a cell there
    /// that looks as we were about to write it was written by us before a stop, and is no edit.
    fn beside(
        link: &Link,
        frame: Frame<'_>,
        (here, there): (Option<&Now>, There<'_>),
    ) -> Option<Self> {
        let mut base = Self::of(link, frame)?;
        for (at, cell) in frame.cells(link)?.0.iter().enumerate() {
            let Some((look, by)) = agreed_before(cell).0 else {
                continue;
            };
            if there.came_of(look, here, at) {
                base.there[at].clone_from(&there.now.cells[at]);
                if by == GIVEN {
                    continue; // both agree to differ in it
                }
                base.here[at] = match here.filter(|here| looks_as(look, here, at)) {
                    Some(here) => here.cells[at].clone(),
                    None => PENDING.to_vec(),
                };
            }
        }
        Some(base)
    }

    /// What was agreed of a record whose creation was announced, and of which there was no answer:
    /// what either side holds that looks as it did then, nobody has changed there since.
    fn announced(announced: &[u8], (here, there): (Option<&Now>, There<'_>)) -> Option<Self> {
        let looks: Vec<&[u8]> = announced.chunks(DIGITS).collect();
        let cells = &there.now.cells;
        if looks.len() != cells.len() {
            return None;
        }
        let or_pending = |same: bool, cell: &Vec<u8>| {
            if same { cell.clone() } else { PENDING.to_vec() }
        };
        let columns = || looks.iter().enumerate();
        let here_cell = |(at, look): (usize, &&[u8])| match here {
            Some(here) => or_pending(looks_as(look, here, at), &here.cells[at]),
            None => PENDING.to_vec(),
        };
        Some(Self {
            here: columns().map(here_cell).collect(),
            there: columns()
                .map(|(at, look)| or_pending(there.came_of(look, here, at), &cells[at]))
                .collect(),
        })
    }
}

/// The other side as it is now, and as the fields here would hold it.
#[derive(Clone, Copy)]
pub(super) struct There<'a> {
    pub(super) now: &'a Now,
    pub(super) fits: &'a [Result<Option<Value>, Misfit>],
    /// The fields, in the order of the cells.
    pub(super) fields: &'a [RemoteField],
}

impl There<'_> {
    /// Whether a cell is what became of one that looked so when it was sent; of the record here it
    /// may be told what that was.
    pub(super) fn came_of(self, look: &[u8], here: Option<&Now>, at: usize) -> bool {
        self.reads_back_as(look, at) || here.is_some_and(|here| self.is_rounded(look, here, at))
    }

    /// Whether a cell is what its field keeps of a number that is here as it was sent.
    fn is_rounded(self, look: &[u8], here: &Now, at: usize) -> bool {
        let field = self.fields.get(at).filter(|_| looks_as(look, here, at));
        let (sent, held) = (here.values[at].as_ref(), self.now.values[at].as_ref());
        field.is_some_and(|field| field.rounds(sent, held))
    }

    fn reads_back_as(self, look: &[u8], at: usize) -> bool {
        let fit = self.fits.get(at).and_then(|fit| fit.as_ref().ok());
        reads_back_as(look, self.now.values[at].as_ref())
            || fit.is_some_and(|value| reads_back_as(look, value.as_ref()))
    }
}

pub(super) fn looks_as(look: &[u8], now: &Now, at: usize) -> bool {
    reads_back_as(look, now.values[at].as_ref())
}

/// The look of a record that was found after the answer to its creation was lost.
pub(super) fn look_of_found(link: &Link) -> Option<&[u8]> {
    (link.content == (Content::Found { made: true })).then_some(link.here.as_slice())
}

/// Whether a link does not know yet what became of a write.
pub(super) fn is_unsettled(link: &Link) -> bool {
    match link.content {
        Content::Found { made } => made,
        Content::Agreed { .. } => apart(&link.here)
            .iter()
            .any(|cell| agreed_before(cell).0.is_some()),
    }
}

/// Whether an empty box is told from one that is not ticked: no provider does.
pub(super) fn is_same_box(own: &[u8], theirs: &[u8]) -> bool {
    matches!((own, theirs), (b"", b"false") | (b"false", b""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: Hash = [7; 16];

    fn now(texts: &[&str]) -> Now {
        Now::of(texts.iter().map(|text| Value::text(*text)).collect())
    }

    fn frame(mark: &Hash, columns: usize) -> Frame<'_> {
        Frame {
            mark,
            columns,
            former: &[],
        }
    }

    fn there_of(now: &Now) -> There<'_> {
        There {
            now,
            fits: &[],
            fields: &[],
        }
    }

    fn link(content: Content, here: Vec<u8>, cells: Vec<u8>) -> Link {
        Link {
            remote_id: "rec1".into(),
            content,
            source: UNKNOWN,
            cells,
            here,
            ours: true,
            aside: false,
            apart: false,
        }
    }

    #[test]
    fn what_was_agreed_is_known_only_under_the_mapping_of_then() {
        let (here, there) = (joined(["\"a\"", ""]), joined(["\"a \"", "1"]));
        let echo = marked(&MARK, &there);
        let agreed = link(
            Content::Agreed {
                sent: UNKNOWN,
                echo,
            },
            here,
            there,
        );
        let base = Base::of(&agreed, frame(&MARK, 2)).unwrap();
        assert_eq!(base.here, [b"\"a\"".to_vec(), Vec::new()]);
        assert_eq!(base.there, [b"\"a \"".to_vec(), b"1".to_vec()]);
        assert_eq!(Base::of(&agreed, frame(&[8; 16], 2)), None);
        assert_eq!(Base::of(&agreed, frame(&MARK, 3)), None);
    }

    #[test]
    fn of_what_was_found_only_what_looks_as_announced_is_agreed() {
        let announced = look(&now(&["k", "a", "b"]).values).0.into_bytes();
        let found = link(Content::Found { made: true }, announced, Vec::new());
        let announced = look_of_found(&found).unwrap();
        let (here, there) = (now(&["k", "a", "c"]), now(&["k", "x", "b"]));
        let sides = (Some(&here), there_of(&there));
        let base = Base::announced(announced, sides).unwrap();
        assert_eq!(base.here, [&b"\"k\""[..], b"\"a\"", PENDING]);
        assert_eq!(base.there, [&b"\"k\""[..], PENDING, b"\"b\""]);
        let met = link(Content::Found { made: false }, Vec::new(), Vec::new());
        assert_eq!(look_of_found(&met), None);
        assert_eq!(Base::announced(b"", sides), None);
    }

    /// Found by the simulation: a run was stopped after it had written a record and before it had
    /// noted that, the record was edited here meanwhile, and its own older content was taken for an
    /// edit there.
    #[test]
    fn what_was_written_before_a_stop_is_no_edit_of_anybodys() {
        let there = joined(now(&["k", "a", "b"]).cells);
        let echo = marked(&MARK, &there);
        let sent = UNKNOWN;
        let agreed = link(Content::Agreed { sent, echo }, there.clone(), there);
        let row = Row {
            id: Some("rec1".into()),
            cells: vec![None, Value::text("A"), None],
            untouched: vec![0, 2],
        };
        let stopped = perhaps_written(agreed.clone(), &look_of_written(&row), Course::Onward);
        let base = |here: &[&str], there: &[&str]| {
            let (here, there) = (now(here), now(there));
            let base = Base::beside(&stopped, frame(&MARK, 3), (Some(&here), there_of(&there)));
            base.map(|base| (base.here, base.there)).unwrap()
        };
        let told = |here: &[&str], there: &[&str]| (now(here).cells, now(there).cells);
        // It had arrived, and nobody has touched it since.
        let (both, b) = (["k", "A", "b"], ["k", "a", "b"]);
        assert_eq!(base(&both, &both), told(&both, &both));
        // It had arrived, and was edited here, perhaps back to what it was.
        for edited in [["k", "B", "b"], b] {
            let mut pending = told(&both, &both);
            pending.0[1] = PENDING.to_vec();
            assert_eq!(base(&edited, &both), pending);
        }
        // It had not arrived, or somebody has edited it there: what was agreed before stays so.
        for seen in [b, ["k", "C", "b"]] {
            assert_eq!(base(&both, &seen), told(&b, &b));
        }
        assert!(is_unsettled(&stopped) && !is_unsettled(&agreed));
        // It is not remembered twice, nor of what was agreed under another mapping.
        let again = perhaps_written(stopped.clone(), &look_of_written(&row), Course::Onward);
        assert_eq!(again, stopped);
        assert_eq!(
            perhaps_written(agreed.clone(), &look(&[]), Course::Onward),
            agreed
        );
    }

    /// What the vendor had rounded was taken for a colleague's edit, and came back here.
    #[test]
    fn what_was_rounded_there_before_a_stop_is_no_edit_of_anybodys() {
        let of = |number: f64| Now::of(vec![Value::text("k"), Value::number(number)]);
        let price = RemoteField {
            id: "fld1".into(),
            name: "Price".into(),
            kind: "currency".into(),
            neutral: None,
            writable: true,
            description: None,
            options: Vec::new(),
            decimals: Some(2),
        };
        let fields = [price.clone(), price];
        let before = joined(of(1.0).cells);
        let echo = marked(&MARK, &before);
        let sent = UNKNOWN;
        let agreed = link(Content::Agreed { sent, echo }, before.clone(), before);
        let row = Row {
            id: Some("rec1".into()),
            cells: vec![None, Value::number(1.234)],
            untouched: vec![0],
        };
        let written = perhaps_written(agreed, &look_of_written(&row), Course::Onward);
        let announced = look(&of(1.234).values).0.into_bytes();
        let made = link(Content::Found { made: true }, announced, Vec::new());
        let base = |link: &Link, here: f64, there: f64| {
            let (here, now) = (of(here), of(there));
            let (now, fields) = (&now, fields.as_slice());
            let there = There {
                now,
                fits: &[],
                fields,
            };
            let base = Base::known(link, frame(&MARK, 2), (Some(&here), there)).unwrap();
            (base.here[1].clone(), base.there[1].clone())
        };
        let cell = |number: f64| of(number).cells[1].clone();
        for link in [&written, &made] {
            assert_eq!(base(link, 1.234, 1.23), (cell(1.234), cell(1.23)));
        }
        // A colleague's edit, or what was sent is not known any more.
        assert_eq!(base(&written, 1.234, 1.24), (cell(1.0), cell(1.0)));
        assert_eq!(base(&written, 1.239, 1.23), (cell(1.0), cell(1.0)));
    }

    /// An undo that was killed and then cancelled had given a cell back what it held, and the next
    /// run wrote it again what the undo had taken back.
    #[test]
    fn what_an_undo_gave_back_before_a_stop_is_not_sent_again() {
        let (here, there) = (now(&["k", "new", "b"]), now(&["k", "old", "b"]));
        let wrote = joined(&here.cells);
        let echo = marked(&MARK, &wrote);
        let sent = UNKNOWN;
        let agreed = link(Content::Agreed { sent, echo }, wrote.clone(), wrote);
        let row = Row {
            id: Some("rec1".into()),
            cells: vec![None, Value::text("old"), None],
            untouched: vec![0, 2],
        };
        let stopped = perhaps_written(agreed, &look_of_written(&row), Course::Back);
        let base = |there: &Now| {
            let base = Base::beside(&stopped, frame(&MARK, 3), (Some(&here), there_of(there)));
            base.map(|base| (base.here, base.there)).unwrap()
        };
        // It had arrived: both agree to differ.
        assert_eq!(base(&there), (here.cells.clone(), there.cells.clone()));
        // It had not.
        assert_eq!(base(&here), (here.cells.clone(), here.cells.clone()));
        assert!(is_unsettled(&stopped));
    }

    #[test]
    fn cells_come_apart_as_they_were_joined() {
        for cells in [
            vec![b"1".to_vec()],
            vec![Vec::new(), Vec::new()],
            Vec::new(),
        ] {
            assert_eq!(apart(&joined(&cells)), cells);
        }
    }
}
