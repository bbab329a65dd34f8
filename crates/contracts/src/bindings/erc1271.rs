//! Both dialects in which a contract is asked whether it signed.

use alloy_sol_types::sol;

sol! {
    /// ERC-1271 as the standard has it: the question names a hash. Safe 1.5.0 asks its contract owners this way.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface IERC1271 {
        function isValidSignature(bytes32 hash, bytes memory signature) external view returns (bytes4 magicValue);
    }

    /// The draft of ERC-1271 that Safe 1.3.0 and 1.4.1 speak: the question carries the bytes that were hashed.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface ILegacyERC1271 {
        function isValidSignature(bytes memory data, bytes memory signature)
            external
            view
            returns (bytes4 magicValue);
    }
}

#[cfg(test)]
mod tests {
    use alloy_sol_types::SolCall;

    use super::*;

    // The two dialects answer with their own selector.
    #[test]
    fn selectors_are_the_magic_values() {
        assert_eq!(IERC1271::isValidSignatureCall::SELECTOR, [0x16, 0x26, 0xba, 0x7e]);
        assert_eq!(ILegacyERC1271::isValidSignatureCall::SELECTOR, [0x20, 0xc1, 0x3b, 0x0b]);
    }
}
