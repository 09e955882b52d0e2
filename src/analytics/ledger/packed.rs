//! Writes numbers in few bytes, packs bytes, and knows bytes that are not as they were written.

use std::io::{Read as _, Write as _};

use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

use super::error::damaged;
use crate::store::Error;

/// What is longer than this once it is unpacked was not written by us.
const LONGEST: usize = 1 << 28;
/// What is shorter is not worth packing.
const WORTH_PACKING: usize = 128;

const PLAIN: u8 = 0;
const DEFLATED: u8 = 1;

/// Appends a number: seven bits a byte, the lowest first.
pub(super) fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

/// Appends a number that may be negative; small ones are short on either side of zero.
pub(super) fn put_signed(out: &mut Vec<u8>, number: i64) {
    put(
        out,
        (number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned(),
    );
}

/// Appends bytes with their length before them.
pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Appends bytes packed, or as they are where that is shorter.
pub(super) fn put_packed(out: &mut Vec<u8>, bytes: &[u8]) {
    put(out, bytes.len() as u64);
    if bytes.len() >= WORTH_PACKING {
        let memory = Vec::with_capacity(bytes.len() / 2);
        let mut deflate = DeflateEncoder::new(memory, Compression::fast());
        let packed = deflate.write_all(bytes).and_then(|()| deflate.finish());
        let packed = packed.expect("memory takes what is written to it");
        if packed.len() < bytes.len() {
            out.push(DEFLATED);
            return put_bytes(out, &packed);
        }
    }
    out.push(PLAIN);
    out.extend_from_slice(bytes);
}

/// Puts the check sum behind bytes.
pub(super) fn seal(mut bytes: Vec<u8>) -> Vec<u8> {
    let sum = sum(&bytes);
    bytes.extend_from_slice(&sum);
    bytes
}

/// The bytes before their check sum; errs when they are not those that were sealed.
pub(super) fn unseal<'a>(sealed: &'a [u8], what: &str) -> Result<&'a [u8], Error> {
    match sealed.split_last_chunk::<4>() {
        Some((bytes, check)) if sum(bytes) == *check => Ok(bytes),
        _ => Err(damaged(what)),
    }
}

fn sum(bytes: &[u8]) -> [u8; 4] {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum().to_le_bytes()
}

/// Reads what the functions above have written.
#[derive(Clone)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    what: &'static str,
}

impl<'a> Reader<'a> {
    /// Reads `bytes`, which errors call `what`.
    pub(super) fn new(bytes: &'a [u8], what: &'static str) -> Self {
        Self { bytes, what }
    }

    /// The error that says that this cannot be read.
    pub(super) fn damaged(&self) -> Error {
        damaged(self.what)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Error> {
        let (first, rest) = self.bytes.split_first().ok_or_else(|| self.damaged())?;
        self.bytes = rest;
        Ok(*first)
    }

    #[inline]
    pub(super) fn number(&mut self) -> Result<u64, Error> {
        // Most are short.
        if let [byte, rest @ ..] = self.bytes
            && *byte < 0x80
        {
            self.bytes = rest;
            return Ok(u64::from(*byte));
        }
        self.long_number()
    }

    fn long_number(&mut self) -> Result<u64, Error> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(self.damaged())
    }

    pub(super) fn signed(&mut self) -> Result<i64, Error> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// A number that fits the kind asked for.
    pub(super) fn small<T: TryFrom<u64>>(&mut self) -> Result<T, Error> {
        let number = self.number()?;
        T::try_from(number).map_err(|_too_great| self.damaged())
    }

    /// How many things follow that take a byte each at least: no more than there are bytes left.
    pub(super) fn count(&mut self) -> Result<usize, Error> {
        let count: usize = self.small()?;
        if count > self.bytes.len() {
            return Err(self.damaged());
        }
        Ok(count)
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], Error> {
        if length > self.bytes.len() {
            return Err(self.damaged());
        }
        let (bytes, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        Ok(bytes)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (array, rest) = self
            .bytes
            .split_first_chunk()
            .ok_or_else(|| self.damaged())?;
        self.bytes = rest;
        Ok(*array)
    }

    /// Bytes with their length before them.
    pub(super) fn bytes(&mut self) -> Result<&'a [u8], Error> {
        let length = self.count()?;
        self.take(length)
    }

    /// Whatever is left.
    pub(super) fn rest(self) -> &'a [u8] {
        self.bytes
    }

    /// Text with its length before it.
    pub(super) fn text(&mut self) -> Result<&'a str, Error> {
        let bytes = self.bytes()?;
        str::from_utf8(bytes).map_err(|_not_text| self.damaged())
    }

    /// Bytes that were packed.
    pub(super) fn packed(&mut self) -> Result<Vec<u8>, Error> {
        let length: usize = self.small()?;
        if length > LONGEST {
            return Err(self.damaged());
        }
        match self.byte()? {
            PLAIN => Ok(self.take(length)?.to_vec()),
            DEFLATED => {
                let packed = self.bytes()?;
                let mut bytes = Vec::with_capacity(length.min(packed.len().saturating_mul(16)));
                // One byte more than there may be tells whether there are too many.
                let mut unpacking = DeflateDecoder::new(packed).take(length as u64 + 1);
                let read = unpacking.read_to_end(&mut bytes);
                match read {
                    Ok(read) if read == length => Ok(bytes),
                    _ => Err(self.damaged()),
                }
            }
            _ => Err(self.damaged()),
        }
    }

    /// Errs unless everything was read.
    pub(super) fn end(&self) -> Result<(), Error> {
        if self.bytes.is_empty() {
            Ok(())
        } else {
            Err(self.damaged())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_written_is_read(numbers: Vec<(u64, i64)>, bytes: Vec<u8>, times in 0..40_usize) {
            let long = bytes.repeat(times);
            let mut out = Vec::new();
            for (number, signed) in &numbers {
                put(&mut out, *number);
                put_signed(&mut out, *signed);
            }
            put_bytes(&mut out, &bytes);
            put_packed(&mut out, &long);
            let mut reader = Reader::new(&out, "a test");
            for (number, signed) in &numbers {
                prop_assert_eq!(reader.number().unwrap(), *number);
                prop_assert_eq!(reader.signed().unwrap(), *signed);
            }
            prop_assert_eq!(reader.bytes().unwrap(), &bytes);
            prop_assert_eq!(reader.packed().unwrap(), long);
            prop_assert!(reader.end().is_ok());
        }

        #[test]
        fn strange_bytes_are_an_error_and_no_panic(bytes: Vec<u8>) {
            let mut reader = Reader::new(&bytes, "a test");
            drop(reader.clone().packed());
            drop(reader.clone().text());
            drop(reader.signed());
            prop_assert!(unseal(&bytes, "a test").is_err() || bytes.len() >= 4);
        }

        #[test]
        fn a_seal_breaks_with_any_bit(bytes: Vec<u8>, at: prop::sample::Index, bit in 0..8_u8) {
            let mut sealed = seal(bytes.clone());
            prop_assert_eq!(unseal(&sealed, "a test").unwrap(), &bytes);
            let at = at.index(sealed.len());
            sealed[at] ^= 1 << bit;
            prop_assert!(unseal(&sealed, "a test").is_err());
        }
    }
}
