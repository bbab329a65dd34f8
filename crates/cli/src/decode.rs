//! What a call does, as far as its calldata tells.

use std::sync::LazyLock;

use alloy::{
    dyn_abi::{DynSolValue, JsonAbiExt},
    json_abi::{Function, JsonAbi},
    primitives::{Address, Selector},
};
use quorate_contracts::bindings::{
    ICreateCall, IERC20, IERC721, IERC1155, ILegacyMultisig, IMigration, IMultisig, IMultisigProxyFactory,
    ISignMessageLib,
};
use serde::Serialize;

/// What calldata was read as.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Reading {
    /// There is none: a plain payment.
    Empty,
    /// A function that is known here, with its arguments.
    Known(Decoded),
    /// A function of this selector, or a known one in an encoding that no tool writes.
    Unknown {
        /// The first four bytes, if there are as many.
        selector: Option<Selector>,
        /// Name of the known function that has this selector, whose arguments do not fit.
        resembles: Option<String>,
    },
}

/// A call of a known function.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub(crate) struct Decoded {
    /// Name and types: `transfer(address,uint256)`.
    pub(crate) function: String,
    /// What kind of contract has such a function. What the target really is, the calldata does not tell.
    pub(crate) contract: &'static str,
    /// Its arguments.
    pub(crate) arguments: Vec<Argument>,
}

/// An argument.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub(crate) struct Argument {
    /// Its name.
    pub(crate) name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Its value as text.
    pub(crate) value: String,
    /// Its value if it is an address.
    #[serde(skip)]
    pub(crate) address: Option<Address>,
}

/// A function and the kind of contract that has it.
type Entry = (&'static str, Function);

static OWN: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    [entries("Safe", IMultisig::abi::contract()), entries("Safe", ILegacyMultisig::abi::contract())].concat()
});

static OTHERS: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let known = [
        entries("ERC-20", IERC20::abi::contract()),
        entries("ERC-721", IERC721::abi::contract()),
        entries("ERC-1155", IERC1155::abi::contract()),
        entries("SignMessageLib", ISignMessageLib::abi::contract()),
        entries("CreateCall", ICreateCall::abi::contract()),
        entries("Migration", IMigration::abi::contract()),
        entries("Safe factory", IMultisigProxyFactory::abi::contract()),
    ];
    [known.concat(), OWN.clone()].concat()
});

fn entries(contract: &'static str, abi: JsonAbi) -> Vec<Entry> {
    abi.functions.into_values().flatten().map(|function| (contract, function)).collect()
}

/// Whom a call goes to, as seen from the Safe.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Target {
    /// The Safe itself.
    Itself,
    /// Anybody else.
    Other,
}

/// Reads calldata.
///
/// A function counts as known only if its arguments, encoded again, give the same bytes: other encodings can hide
/// something from a reader.
pub(crate) fn read(target: Target, data: &[u8]) -> Reading {
    if data.is_empty() {
        return Reading::Empty;
    }
    let Some((selector, arguments)) = data.split_first_chunk::<4>() else {
        return Reading::Unknown { selector: None, resembles: None };
    };
    let selector = Selector::from(*selector);
    let known = match target {
        Target::Itself => &*OWN,
        Target::Other => &*OTHERS,
    };
    let mut resembles = None;
    for (contract, function) in known.iter().filter(|(_, function)| function.selector() == selector) {
        let decoded = function.abi_decode_input(arguments).ok();
        let same = |values: &Vec<DynSolValue>| function.abi_encode_input(values).is_ok_and(|it| it == data);
        if let Some(values) = decoded.filter(same) {
            return Reading::Known(decoded_call(contract, function, &values));
        }
        resembles.get_or_insert_with(|| function.signature());
    }
    Reading::Unknown { selector: Some(selector), resembles }
}

fn decoded_call(contract: &'static str, function: &Function, values: &[DynSolValue]) -> Decoded {
    let arguments = function.inputs.iter().zip(values).map(|(input, value)| Argument {
        name: input.name.trim_start_matches('_').to_owned(),
        kind: input.selector_type().into_owned(),
        value: text(value),
        address: value.as_address(),
    });
    Decoded { function: function.signature(), contract, arguments: arguments.collect() }
}

impl Decoded {
    /// Returns the name of the function.
    pub(crate) fn name(&self) -> &str {
        self.function.split_once('(').map_or(&*self.function, |(name, _)| name)
    }

    /// Returns an argument's value by its position.
    pub(crate) fn argument(&self, index: usize) -> &str {
        self.arguments.get(index).map_or("", |argument| &argument.value)
    }
}

/// Writes a value as people and other tools do.
fn text(value: &DynSolValue) -> String {
    let list = |values: &[DynSolValue]| values.iter().map(text).collect::<Vec<_>>().join(", ");
    match value {
        DynSolValue::Address(address) => address.to_string(),
        DynSolValue::Bool(value) => value.to_string(),
        DynSolValue::Int(value, _) => value.to_string(),
        DynSolValue::Uint(value, _) => value.to_string(),
        DynSolValue::FixedBytes(word, size) => hex::encode_prefixed(&word[..*size]),
        DynSolValue::Bytes(bytes) => hex::encode_prefixed(bytes),
        DynSolValue::Function(function) => hex::encode_prefixed(function),
        DynSolValue::String(text) => format!("{text:?}"),
        DynSolValue::Array(values) | DynSolValue::FixedArray(values) => format!("[{}]", list(values)),
        DynSolValue::Tuple(values) | DynSolValue::CustomStruct { tuple: values, .. } => format!("({})", list(values)),
    }
}

/// Functions of contracts of any kind that give rights away, by their selectors.
const RED_LINES: [([u8; 4], &str); 9] = [
    ([0x39, 0x50, 0x93, 0x51], "increaseAllowance(address,uint256)"),
    ([0xd5, 0x05, 0xac, 0xcf], "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)"),
    ([0xf2, 0xfd, 0xe3, 0x8b], "transferOwnership(address)"),
    ([0x36, 0x59, 0xcf, 0xe6], "upgradeTo(address)"),
    ([0x4f, 0x1e, 0xf2, 0x86], "upgradeToAndCall(address,bytes)"),
    ([0x96, 0x23, 0x60, 0x9d], "upgradeAndCall(address,address,bytes)"),
    ([0x2f, 0x2f, 0xf1, 0x5d], "grantRole(bytes32,address)"),
    ([0xbe, 0xae, 0xb3, 0x88], "setAllowance(address,address,uint96,uint16,uint32)"),
    ([0x46, 0x87, 0x21, 0xa7], "execTransactionFromModule(address,uint256,bytes,uint8)"),
];

/// Returns the function that gives rights away and has the selector that the calldata begins with.
pub(crate) fn red_line(data: &[u8]) -> Option<&'static str> {
    let selector = data.first_chunk::<4>()?;
    RED_LINES.iter().find(|(red, _)| red == selector).map(|(_, signature)| *signature)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::{primitives::U256, sol_types::SolCall};

    fn transfer() -> Vec<u8> {
        IERC20::transferCall { to: Address::repeat_byte(0x11), value: U256::from(7) }.abi_encode()
    }

    #[test]
    fn a_transfer_is_read() {
        let Reading::Known(decoded) = read(Target::Other, &transfer()) else { panic!("not read") };
        assert_eq!(decoded.function, "transfer(address,uint256)");
        assert_eq!((decoded.contract, decoded.name()), ("ERC-20", "transfer"));
        assert_eq!(decoded.argument(0), Address::repeat_byte(0x11).to_string());
        assert_eq!((&*decoded.arguments[1].name, decoded.argument(1)), ("value", "7"));
    }

    #[test]
    fn the_safe_has_no_token_functions() {
        assert!(matches!(read(Target::Itself, &transfer()), Reading::Unknown { resembles: None, .. }));
        let call = IMultisig::changeThresholdCall { _threshold: U256::from(2) }.abi_encode();
        assert!(matches!(read(Target::Itself, &call), Reading::Known(it) if it.name() == "changeThreshold"));
    }

    #[test]
    fn bytes_that_no_tool_writes_are_not_explained() {
        let mut longer = transfer();
        longer.push(0);
        let mut dirty = transfer();
        dirty[5] = 1;
        for data in [longer, dirty, transfer()[..67].to_vec()] {
            let Reading::Unknown { resembles, .. } = read(Target::Other, &data) else { panic!("explained") };
            assert_eq!(resembles.as_deref(), Some("transfer(address,uint256)"));
        }
    }

    #[test]
    fn short_and_foreign_calldata_is_unknown() {
        assert_eq!(read(Target::Other, &[]), Reading::Empty);
        assert_eq!(read(Target::Other, &[1, 2]), Reading::Unknown { selector: None, resembles: None });
        assert!(matches!(read(Target::Other, &[1, 2, 3, 4]), Reading::Unknown { selector: Some(_), resembles: None }));
    }

    #[test]
    fn red_lines_are_known_by_their_selectors() {
        for (selector, signature) in RED_LINES {
            assert_eq!(alloy::primitives::keccak256(signature)[..4], selector, "{signature}");
            assert_eq!(red_line(&[selector.as_slice(), &[0; 32]].concat()), Some(signature));
        }
        assert_eq!(red_line(&[1, 2, 3]), None);
    }
}
