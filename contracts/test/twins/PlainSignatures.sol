// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title PlainSignatures
/// @notice The plain twin of `Signatures`: a loop over items that are cut out one by one.
/// @dev Storage is declared here again, slot by slot.
contract PlainSignatures {
    address internal constant SENTINEL = address(0x1);

    address internal singleton;
    mapping(address => address) internal modules;
    mapping(address => address) internal owners;
    uint256 internal ownerCount;
    uint256 internal threshold;
    uint256 internal nonce;
    bytes32 private unused;
    mapping(bytes32 => uint256) internal signedMessages;
    mapping(address => mapping(bytes32 => uint256)) internal approvedHashes;

    function checkSignatures(address executor, bytes32 dataHash, bytes calldata signatures) public view {
        if (threshold == 0) revert("GS001");
        checkNSignatures(executor, dataHash, signatures, threshold);
    }

    function checkNSignatures(address executor, bytes32 dataHash, bytes calldata signatures, uint256 required)
        public
        view
    {
        // 65 * required overflows.
        if (required > type(uint256).max / 65) revert();
        if (signatures.length < required * 65) revert("GS020");

        address last = SENTINEL;
        for (uint256 i; i < required; ++i) {
            address owner = _ownerOf(executor, dataHash, signatures, i, required);
            if (owner <= last) revert("GS026");
            if (owners[owner] == address(0)) revert("GS026");
            last = owner;
        }
    }

    /// @dev Returns whose signature item `index` is, or 0.
    function _ownerOf(address executor, bytes32 dataHash, bytes calldata signatures, uint256 index, uint256 required)
        private
        view
        returns (address owner)
    {
        bytes calldata item = signatures[index * 65:(index + 1) * 65];
        (bytes32 r, bytes32 s) = abi.decode(item[:64], (bytes32, bytes32));
        uint8 v = uint8(item[64]);

        owner = address(uint160(uint256(r)));
        if (v == 0) {
            _requireConfirmed(owner, dataHash, signatures, uint256(s), required * 65);
        } else if (v == 1) {
            if (owner != executor && approvedHashes[owner][dataHash] == 0) revert("GS025");
        } else if (v > 30) {
            bytes32 wrapped = keccak256(bytes.concat("\x19Ethereum Signed Message:\n32", dataHash));
            owner = ecrecover(wrapped, v - 4, r, s);
        } else {
            owner = ecrecover(dataHash, v, r, s);
        }
    }

    /// @dev Asks the contract `owner` about the data that begins at `offset` with a word of length.
    function _requireConfirmed(
        address owner,
        bytes32 dataHash,
        bytes calldata signatures,
        uint256 offset,
        uint256 staticLength
    ) private view {
        if (offset < staticLength) revert("GS021");
        if (offset > type(uint256).max - 32) revert();
        if (offset + 32 > signatures.length) revert("GS022");
        uint256 length = abi.decode(signatures[offset:offset + 32], (uint256));
        if (length > type(uint256).max - offset - 32) revert();
        if (offset + 32 + length > signatures.length) revert("GS023");

        if (owner.code.length == 0) revert();
        bytes memory data = signatures[offset + 32:offset + 32 + length];
        (bool success, bytes memory answer) =
            owner.staticcall(abi.encodeWithSignature("isValidSignature(bytes32,bytes)", dataHash, data));
        if (!success) _revert(answer);
        if (answer.length < 32) revert();
        if (bytes4(answer) != 0x1626ba7e) revert("GS024");
    }

    /// @dev Reverts with exactly these bytes.
    function _revert(bytes memory answer) internal pure {
        assembly ("memory-safe") {
            // Solidity has no word for it.
            revert(add(answer, 0x20), mload(answer))
        }
    }
}
