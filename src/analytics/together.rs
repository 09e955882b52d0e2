//! Answers several questions of one page as one.

use std::collections::HashSet;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::Error;
use super::overview::Against;
use super::period::Period;
use super::question::{Asked, BadQuestion};
use super::report::Answer;
use super::service::checked_name;
use super::site::Site;
use crate::base::Actor;

/// So many are asked together at most.
const MOST: usize = 12;
/// So many are answered at the same time.
const AT_ONCE: usize = 4;

/// One of several questions.
pub(crate) struct Part {
    /// What its answer is told by.
    pub(crate) name: String,
    pub(crate) days: (Period, Against),
    pub(crate) asked: Asked,
}

impl Site {
    /// What each of the questions comes to, in their order. None is answered unless all can be, and
    /// the book is told of them once.
    pub(crate) async fn reports(&self, parts: Vec<Part>, by: &Actor) -> Result<Vec<Answer>, Error> {
        check(&parts)?;
        let many = parts.len() as u64;
        let days = span(&parts);
        let answers = parts.into_iter().enumerate().map(|(place, part)| {
            let site = self.clone();
            async move {
                let answer = site.answer(part.days, part.asked).await;
                answer.map_err(|error| of_part(place, error))
            }
        });
        let answers: Vec<Answer> = stream::iter(answers)
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        if let Some(days) = days {
            self.note_asked(days, ("reports", many), by);
        }
        Ok(answers)
    }
}

fn check(parts: &[Part]) -> Result<(), Error> {
    if !(1..=MOST).contains(&parts.len()) {
        return Err(BadQuestion::BadParts(parts.len()).into());
    }
    let mut names = HashSet::new();
    for (place, part) in parts.iter().enumerate() {
        if checked_name(&part.name).is_err() {
            return Err(BadQuestion::BadPartName(place).into());
        }
        if !names.insert(part.name.as_str()) {
            return Err(BadQuestion::PartNameTwice(place).into());
        }
        let sound = part.asked.check().map(drop).map_err(Error::from);
        sound.map_err(|error| of_part(place, error))?;
    }
    Ok(())
}

fn of_part(place: usize, error: Error) -> Error {
    Error::Below(format!("reports[{place}].query"), Box::new(error))
}

/// From the first day that any of them asks for to the last.
fn span(parts: &[Part]) -> Option<Period> {
    let first = parts.iter().map(|part| part.days.0.first).min()?;
    let last = parts.iter().map(|part| part.days.0.last).max()?;
    Some(Period { first, last })
}
