//! The call that a user describes: `TO [SIG] [ARGS]...`.

use alloy::{
    dyn_abi::{DynSolType, DynSolValue, JsonAbiExt, Specifier},
    json_abi::Function,
    primitives::Bytes,
};

use crate::{
    error::{Code, Failure, Result},
    settings::Settings,
};

/// Makes calldata of a function's signature and arguments, as `cast send` takes them.
///
/// An address that stands by itself is checked as all others are, and may be a name of the address book.
pub(crate) fn encode(signature: &str, arguments: &[String], settings: &Settings) -> Result<Bytes> {
    let wrong = |what: String| {
        Failure::new(Code::Usage, what)
            .hint("a signature looks like \"transfer(address,uint256)\"; raw calldata goes to --data")
    };
    let function = Function::parse(signature)
        .map_err(|error| wrong(format!("{signature:?} is no function's signature: {error}")))?;
    if function.inputs.len() != arguments.len() {
        let (takes, found) = (function.inputs.len(), arguments.len());
        return Err(wrong(format!("{} takes {takes} arguments; {found} are given", function.signature())));
    }
    let mut values = Vec::with_capacity(arguments.len());
    for (number, (input, text)) in (1..).zip(function.inputs.iter().zip(arguments)) {
        let kind = input.resolve().map_err(|error| wrong(format!("{signature:?}: {error}")))?;
        let value = if kind == DynSolType::Address {
            DynSolValue::Address(settings.address(text)?)
        } else {
            kind.coerce_str(text).map_err(|error| {
                Failure::new(Code::Usage, format_args!("argument {number}, {text:?}, is no {kind}: {error}"))
            })?
        };
        values.push(value);
    }
    let data = function.abi_encode_input(&values).map_err(|error| Failure::new(Code::Usage, error))?;
    Ok(data.into())
}

/// Reads bytes in hexadecimal.
pub(crate) fn parse_hex(text: &str) -> Result<Bytes> {
    let digits = text.strip_prefix("0x").ok_or_else(|| Failure::new(Code::Usage, "bytes start with 0x"))?;
    hex::decode(digits)
        .map(Bytes::from)
        .map_err(|error| Failure::new(Code::Usage, format_args!("these bytes are not hexadecimal: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::PlaceArgs;

    fn settings() -> Settings {
        Settings::merge(&PlaceArgs::default(), &|_| None).unwrap()
    }

    fn encoded(signature: &str, arguments: &[&str]) -> Result<Bytes> {
        let arguments: Vec<_> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        encode(signature, &arguments, &settings())
    }

    #[test]
    fn a_call_is_encoded() {
        let data =
            encoded("transfer(address,uint256)", &["0x255C3912f91eF11bFDadd405F13144a823Da8cc5", "258"]).unwrap();
        let expected = concat!(
            "0xa9059cbb000000000000000000000000255c3912f91ef11bfdadd405f13144a823da8cc5",
            "0000000000000000000000000000000000000000000000000000000000000102"
        );
        assert_eq!(data.to_string(), expected);
        assert_eq!(encoded("pause()", &[]).unwrap().len(), 4);
        assert_eq!(encoded("f((uint256,bool)[],string)", &["[(1,true),(2,false)]", "x"]).unwrap()[..4].len(), 4);
    }

    #[test]
    fn a_call_that_does_not_fit_its_signature_is_refused() {
        let address = "0x255c3912f91eF11bFDadd405F13144a823Da8cc5"; // one letter in the wrong case
        for (signature, arguments) in [
            ("transfer", &[][..]),
            ("transfer(address,uint256)", &["1"]),
            ("transfer(address,uint256)", &[address, "1"]),
            ("transfer(address,uint256)", &["nobody", "1"]),
            ("f(uint8)", &["256"]),
            ("f(uint256)", &["-1"]),
            ("f(bool)", &["maybe"]),
            ("f(thing)", &["1"]),
        ] {
            assert_eq!(encoded(signature, arguments).unwrap_err().code, Code::Usage, "{signature} {arguments:?}");
        }
    }
}
