//! Writes keys as bytes whose order is the order of the keys.

use jiff::Timestamp;

use crate::base::{
    ConnectionId, DatasetId, ExportId, FeedId, HookId, ImportId, InletId, KeptId, LinkId, PlanId,
    RequestId, RunId, SessionId, SiteId, SyncId, TokenId, UserId, WatchId, WriteKeyId,
};

/// Bytes that are no key of the kind asked for: the store is damaged or the code is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are not a key of this collection")]
pub struct BadKey;

/// A key: its bytes compare as it does, and no key's bytes begin with another's of its kind.
pub trait Key: Sized {
    /// Appends the bytes.
    fn write(&self, out: &mut Vec<u8>);
    /// Takes the key off the front of `bytes`.
    fn read(bytes: &mut &[u8]) -> Result<Self, BadKey>;

    /// The bytes alone.
    fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(32);
        self.write(&mut out);
        out
    }
}

/// The bytes with which all keys begin whose first parts are `parts`.
pub fn prefix(parts: &impl Key) -> Vec<u8> {
    parts.bytes()
}

/// Any bytes, as a part of a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub Vec<u8>);

/// A number in total order (`-0.0` before `0.0`, NaN at the ends).
#[derive(Clone, Copy, Debug)]
pub struct Float(pub f64);

fn take<const N: usize>(bytes: &mut &[u8]) -> Result<[u8; N], BadKey> {
    let (head, rest) = bytes.split_first_chunk::<N>().ok_or(BadKey)?;
    *bytes = rest;
    Ok(*head)
}

macro_rules! ids {
    ($($id:ty)+) => {$(
        impl Key for $id {
            fn write(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(self.as_bytes());
            }
            fn read(bytes: &mut &[u8]) -> Result<Self, BadKey> {
                Ok(Self::from_bytes(take(bytes)?))
            }
        }
    )+};
}

ids! { UserId SessionId TokenId DatasetId ExportId HookId ImportId InletId ConnectionId SyncId RunId PlanId RequestId WatchId SiteId WriteKeyId KeptId FeedId LinkId }

impl Key for () {
    fn write(&self, _out: &mut Vec<u8>) {}
    fn read(_bytes: &mut &[u8]) -> Result<Self, BadKey> {
        Ok(())
    }
}

impl Key for u8 {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(*self);
    }
    fn read(bytes: &mut &[u8]) -> Result<Self, BadKey> {
        Ok(take::<1>(bytes)?[0])
    }
}

impl Key for u32 {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_be_bytes());
    }
    fn read(bytes: &mut &[u8]) -> Result<Self, BadKey> {
        take(bytes).map(Self::from_be_bytes)
    }
}

impl Key for u64 {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_be_bytes());
    }
    fn read(bytes: &mut &[u8]) -> Result<Self, BadKey> {
        take(bytes).map(Self::from_be_bytes)
    }
}

impl Key for i64 {
    fn write(&self, out: &mut Vec<u8>) {
        self.cast_unsigned().wrapping_add(1 << 63).write(out);
    }
    fn read(bytes: &mut &[u8]) -> Result<Self, BadKey> {
        Ok(u64::read(bytes)?.wrapping_sub(1 << 63).cast_signed())
    }
}

impl Key for Float {
    fn write(&self, out: &mut Vec<u8>) {
        let bits = self.0.to_bits();
        // IEEE 754: flip the sign of positives, and every bit of negatives.
        let ordered = if bits >> 63 == 0 {
            bits ^ (1 << 63)
        } else {
            !bits
        };
        ordered.write(out);
    }
    fn read(bytes: &mut &[u8]) -> Result<Self, BadKey> {
        let ordered = u64::read(bytes)?;
        let bits = if ordered >> 63 == 1 {
            ordered ^ (1 << 63)
        } else {
            !ordered
        };
        Ok(Self(f64::from_bits(bits)))
    }
}

impl Key for Timestamp {
    fn write(&self, out: &mut Vec<u8>) {
        self.as_microsecond().write(out);
    }
    fn read(bytes: &mut &[u8]) -> Result<Self, BadKey> {
        Self::from_microsecond(i64::read(bytes)?).map_err(|_out_of_range| BadKey)
    }
}

/// Zero bytes are escaped as `00 FF`, and `00 00` ends the text: order and boundaries hold.
impl Key for Bytes {
    fn write(&self, out: &mut Vec<u8>) {
        escape(&self.0, out);
    }
    fn read(bytes: &mut &[u8]) -> Result<Self, BadKey> {
        let mut plain = Vec::new();
        loop {
            let zero = memchr::memchr(0, bytes).ok_or(BadKey)?;
            let (stretch, rest) = bytes.split_at(zero);
            plain.extend_from_slice(stretch);
            *bytes = rest;
            match take(bytes)? {
                [0, 0] => return Ok(Self(plain)),
                [0, 0xFF] => plain.push(0),
                _ => return Err(BadKey),
            }
        }
    }
}

impl Key for String {
    fn write(&self, out: &mut Vec<u8>) {
        escape(self.as_bytes(), out);
    }
    fn read(bytes: &mut &[u8]) -> Result<Self, BadKey> {
        Self::from_utf8(Bytes::read(bytes)?.0).map_err(|_not_text| BadKey)
    }
}

fn escape(bytes: &[u8], out: &mut Vec<u8>) {
    let mut rest = bytes;
    while let Some(zero) = memchr::memchr(0, rest) {
        let (stretch, after) = rest.split_at(zero + 1);
        out.extend_from_slice(stretch);
        out.push(0xFF);
        rest = after;
    }
    out.extend_from_slice(rest);
    out.extend_from_slice(&[0, 0]);
}

macro_rules! tuples {
    ($(($($part:ident $at:tt)+))+) => {$(
        impl<$($part: Key),+> Key for ($($part,)+) {
            fn write(&self, out: &mut Vec<u8>) {
                $(self.$at.write(out);)+
            }
            fn read(bytes: &mut &[u8]) -> Result<Self, BadKey> {
                Ok(($($part::read(bytes)?,)+))
            }
        }
    )+};
}

tuples! { (A 0) (A 0 B 1) (A 0 B 1 C 2) (A 0 B 1 C 2 D 3) }

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_order_of_bytes_is_the_order_of_keys(a: (Vec<u8>, i64), b: (Vec<u8>, i64)) {
            let key = |(bytes, number): &(Vec<u8>, i64)| (Bytes(bytes.clone()), *number);
            prop_assert_eq!(a.cmp(&b), key(&a).bytes().cmp(&key(&b).bytes()));
        }

        #[test]
        fn the_order_of_bytes_is_the_order_of_numbers(a: f64, b: f64) {
            prop_assert_eq!(a.total_cmp(&b), Float(a).bytes().cmp(&Float(b).bytes()));
        }

        #[test]
        fn a_key_comes_back_from_its_bytes(key: (String, u64)) {
            prop_assert_eq!(<(String, u64)>::read(&mut key.bytes().as_slice()), Ok(key));
        }
    }
}
