//! Gives the texts of a column small numbers for one question, and asks the filters about each text
//! once.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::block::{Text, Texts};
use super::super::names::{MOST, Names, OTHER};
use super::facet::{Facet, Strip};
use super::filter::Sieve;
use crate::store::Error;

/// The texts of one column that a question has met.
pub(super) struct Lexicon {
    text: Text,
    known: HashMap<Arc<str>, u32>,
    words: Vec<Arc<str>>,
    /// The bits of the filters that name each.
    bits: Vec<u64>,
}

impl Lexicon {
    pub(super) fn new(text: Text) -> Self {
        Self {
            text,
            known: HashMap::new(),
            words: Vec::new(),
            bits: Vec::new(),
        }
    }

    /// The numbers of a block's texts, in the block's order.
    pub(super) fn numbers(
        &mut self,
        texts: &Texts,
        names: &mut Names<'_>,
        sieve: &Sieve,
    ) -> Result<Vec<u32>, Error> {
        let words = texts.words.iter();
        words.map(|word| self.number(word, names, sieve)).collect()
    }

    fn number(&mut self, word: &str, names: &mut Names<'_>, sieve: &Sieve) -> Result<u32, Error> {
        if let Some(number) = self.known.get(word) {
            return Ok(*number);
        }
        let fits = self.words.len() <= MOST as usize;
        let always = word == OTHER || word.is_empty();
        let apart = always || (fits && names.is_told_apart(self.text, word)?);
        if !apart {
            return self.number(OTHER, names, sieve);
        }
        let number = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        let word: Arc<str> = word.into();
        let of = |facet: Facet| facet.strip() == Strip::Text(self.text);
        self.bits.push(sieve.bits(of, &word));
        self.words.push(Arc::clone(&word));
        self.known.insert(word, number);
        Ok(number)
    }

    pub(super) fn word(&self, number: u32) -> Arc<str> {
        let word = self.words.get(number as usize);
        word.map_or_else(|| "".into(), Arc::clone)
    }

    /// By number, the bits of the filters that name the text.
    pub(super) fn bits(&self) -> &[u64] {
        &self.bits
    }
}
