// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Operation} from "../types/Operation.sol";

/// @title TypedData
/// @notice The EIP-712 pre-images of an account: its domain, its transactions and its messages.
library TypedData {
    /// @dev keccak256("EIP712Domain(uint256 chainId,address verifyingContract)")
    bytes32 internal constant DOMAIN_TYPEHASH = 0x47e79534a245952e8b16893a336b85a3d9ea9fa8c573f3d803afb92a79469218;

    /// @dev keccak256("SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,
    /// uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)"), written without the line break.
    bytes32 internal constant TRANSACTION_TYPEHASH = 0xbb8310d486368db6bd6f849402fdd73ad53d316b5a4b2644ad6efe0f941286d8;

    /// @dev keccak256("SafeMessage(bytes message)")
    bytes32 internal constant MESSAGE_TYPEHASH = 0x60b3cbf8b4a223d68d641b3b6ddf9a298e7f33710cf3d3a9d1146b5a6150fbca;

    /// @notice Returns the domain separator of the running contract on the running chain.
    /// @dev Computed anew each time: a cached one would be wrong after a chain split.
    function domainSeparator() internal view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, block.chainid, address(this)));
    }

    /// @notice Returns the struct hash of a transaction.
    function transactionStructHash(
        address to,
        uint256 value,
        bytes memory data,
        Operation operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address refundReceiver,
        uint256 nonce
    ) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                TRANSACTION_TYPEHASH,
                to,
                value,
                keccak256(data),
                operation,
                safeTxGas,
                baseGas,
                gasPrice,
                gasToken,
                refundReceiver,
                nonce
            )
        );
    }

    /// @notice Returns the hash that owners sign, of the transaction that the running call names.
    /// @dev Only for functions whose first nine parameters are the first nine fields of a transaction, `to` to
    /// `refundReceiver`, with `data` as the third: their words are taken from the call in one piece. The compiler has
    /// checked them before. Equal to `digest(domainSeparator(), transactionStructHash(...))`.
    /// @param data The third parameter.
    /// @param nonce The tenth field.
    function digestOfCall(bytes calldata data, uint256 nonce) internal view returns (bytes32 hash) {
        assembly ("memory-safe") {
            // Everything below happens in memory that is free, and stays free.
            let free := mload(0x40)

            // keccak256(data)
            calldatacopy(free, data.offset, data.length)
            let dataHash := keccak256(free, data.length)

            // The struct hash, of eleven words: type hash; the nine parameters, which begin behind the selector, with
            // the hash of `data` in the place of its offset, which is the third; nonce.
            mstore(free, TRANSACTION_TYPEHASH)
            calldatacopy(add(free, 0x20), 0x04, 0x120)
            mstore(add(free, 0x60), dataHash)
            mstore(add(free, 0x140), nonce)
            let structHash := keccak256(free, 0x160)

            // The domain separator, of three words.
            mstore(free, DOMAIN_TYPEHASH)
            mstore(add(free, 0x20), chainid())
            mstore(add(free, 0x40), address())
            let domain := keccak256(free, 0x60)

            // 0x1901, domain separator, struct hash: 66 bytes, the first two at the end of a word.
            mstore(free, 0x1901)
            mstore(add(free, 0x20), domain)
            mstore(add(free, 0x40), structHash)
            hash := keccak256(add(free, 0x1e), 0x42)
        }
    }

    /// @notice Returns the struct hash of a message.
    function messageStructHash(bytes memory message) internal pure returns (bytes32) {
        return keccak256(abi.encode(MESSAGE_TYPEHASH, keccak256(message)));
    }

    /// @notice Returns the 66 bytes that are hashed for signing.
    function preimage(bytes32 domain, bytes32 structHash) internal pure returns (bytes memory) {
        return abi.encodePacked(bytes2(0x1901), domain, structHash);
    }

    /// @notice Returns the hash that owners sign.
    function digest(bytes32 domain, bytes32 structHash) internal pure returns (bytes32) {
        return keccak256(preimage(domain, structHash));
    }
}
