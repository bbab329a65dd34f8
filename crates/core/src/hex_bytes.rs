//! Byte strings in JSON: `0x` and lower-case hexadecimal; `null` and an absent prefix are not guessed at.

use alloc::borrow::Cow;
use alloy_primitives::Bytes;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

pub(crate) fn serialize<S: Serializer>(bytes: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex::encode_prefixed(bytes))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    let text = <Cow<'de, str>>::deserialize(deserializer)?;
    let digits = text.strip_prefix("0x").ok_or_else(|| D::Error::custom("bytes start with 0x"))?;
    hex::decode(digits).map(Bytes::from).map_err(|error| D::Error::custom(format_args!("not hexadecimal: {error}")))
}
