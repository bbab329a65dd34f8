//! How types are written in JSON: through their text form, quantities as decimal strings, addresses with checksum.

/// Implements `Serialize` and `Deserialize` through `Display` and `FromStr`.
macro_rules! serde_text {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <alloc::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use serde_text;

/// A `uint256` as a decimal string, the form every Safe tool writes.
///
/// On input a JSON number (whole, below 2^64) and `0x` hexadecimal are taken as well.
pub(crate) mod quantity {
    use alloc::borrow::Cow;
    use alloy_primitives::U256;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Form<'a> {
        Number(u64),
        #[serde(borrow)]
        Text(Cow<'a, str>),
    }

    pub(crate) fn serialize<S: Serializer>(quantity: &U256, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(quantity)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<U256, D::Error> {
        let text = match Form::deserialize(deserializer)? {
            Form::Number(number) => return Ok(U256::from(number)),
            Form::Text(text) => text,
        };
        let (digits, radix) = text.strip_prefix("0x").map_or((&*text, 10), |digits| (digits, 16));
        let valid = !digits.is_empty() && digits.bytes().all(|byte| char::from(byte).is_digit(radix));
        if !valid {
            return Err(D::Error::custom(format_args!("{text:?} is not a whole number")));
        }
        U256::from_str_radix(digits, radix.into())
            .map_err(|_| D::Error::custom(format_args!("{text:?} does not fit 256 bits")))
    }
}

/// An address with its EIP-55 checksum, which is checked on input.
pub(crate) mod checksummed {
    use alloc::borrow::Cow;
    use alloy_primitives::Address;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(address: &Address, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(address)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Address, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        crate::parse_address(&text).map_err(|error| D::Error::custom(format_args!("{text:?}: {error}")))
    }

    /// As the module around it, for an address that may be absent.
    pub(crate) mod option {
        use alloy_primitives::Address;
        use serde::{Deserialize, Deserializer, Serializer};

        #[derive(Deserialize)]
        struct Present(#[serde(with = "super")] Address);

        pub(crate) fn serialize<S: Serializer>(address: &Option<Address>, serializer: S) -> Result<S::Ok, S::Error> {
            match address {
                Some(address) => super::serialize(address, serializer),
                None => serializer.serialize_none(),
            }
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Address>, D::Error> {
            Ok(<Option<Present>>::deserialize(deserializer)?.map(|Present(address)| address))
        }
    }
}
