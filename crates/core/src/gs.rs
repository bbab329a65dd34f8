//! The error codes of the contract, and what they mean.

use core::{fmt, str::FromStr};

macro_rules! codes {
    ($($name:ident = $code:literal, $explanation:literal;)*) => {
        /// A reason with which the contract reverts: `Error(string)` with these five characters.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub enum GsCode {
            $(#[doc = concat!("`", $code, "`: ", $explanation, ".")] $name,)*
        }

        impl GsCode {
            /// Every code, in order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the five characters.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Returns what happened, for a person.
            #[must_use]
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$name => $explanation,)* }
            }
        }

        impl FromStr for GsCode {
            type Err = UnknownGsCode;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text { $($code => Ok(Self::$name),)* _ => Err(UnknownGsCode) }
            }
        }
    };
}

codes! {
    SetupCallFailed = "GS000", "the delegate call of `setup` failed";
    ThresholdNotSet = "GS001", "the Safe is not set up: its threshold is 0";
    SetupTargetHasNoCode = "GS002", "the target of the delegate call of `setup` has no code";
    NotEnoughGas = "GS010", "the transaction has less gas than `safeTxGas` asks for";
    NativeRefundFailed = "GS011", "the refund receiver did not take the native token";
    TokenRefundFailed = "GS012", "the refund in a token failed";
    InnerCallFailed = "GS013", "the inner call failed, and `safeTxGas` and `gasPrice` are 0";
    SignaturesTooShort = "GS020", "there are fewer signatures than the threshold asks for";
    DynamicPartInStaticPart = "GS021", "a contract signature points into the static part";
    DynamicLengthOutOfBounds = "GS022", "the length of a contract signature lies beyond the end";
    DynamicPartOutOfBounds = "GS023", "a contract signature reaches beyond the end";
    ContractSignatureRefused = "GS024", "a contract owner did not accept its signature";
    HashNotApproved = "GS025", "an owner is said to have approved the hash, and has not";
    InvalidOwner = "GS026", "a signature is not by an owner, is out of order, or is there twice; a wrong nonce, chain or Safe looks the same";
    PreimageMismatch = "GS027", "the pre-image given for a contract signature is not that of the hash";
    OnlyOwnersApprove = "GS030", "only an owner can approve a hash";
    OnlySelf = "GS031", "only the Safe itself can call this";
    ModulesAlreadySetUp = "GS100", "the modules are set up already";
    InvalidModule = "GS101", "this address cannot be a module";
    ModuleAlreadyEnabled = "GS102", "the module is enabled already";
    WrongPreviousModule = "GS103", "the entry named before the module is not the one before it";
    NotAModule = "GS104", "only an enabled module can call this";
    InvalidPageStart = "GS105", "the start of the page is no module";
    EmptyPage = "GS106", "a page has at least one entry";
    AlreadySetUp = "GS200", "the Safe is set up already";
    ThresholdAboveOwners = "GS201", "the threshold exceeds the number of owners";
    ThresholdZero = "GS202", "the threshold is at least 1";
    InvalidOwnerAddress = "GS203", "this address cannot be an owner";
    DuplicateOwner = "GS204", "the address is an owner already";
    WrongPreviousOwner = "GS205", "the entry named before the owner is not the one before it";
    NotAGuard = "GS300", "the contract does not say that it is a transaction guard";
    NotAModuleGuard = "GS301", "the contract does not say that it is a module guard";
    HandlerIsSelf = "GS400", "the Safe cannot be its own fallback handler";
}

/// A text that is no code of the contract.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("not an error code of a Safe")]
pub struct UnknownGsCode;

impl fmt::Display for GsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code(), self.explanation())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found_by_its_text() {
        for code in GsCode::ALL {
            assert_eq!(code.code().parse(), Ok(*code));
        }
        assert_eq!("GS999".parse::<GsCode>(), Err(UnknownGsCode));
    }

    #[test]
    fn codes_stand_in_order() {
        assert!(GsCode::ALL.windows(2).all(|pair| pair[0].code() < pair[1].code()));
    }
}
