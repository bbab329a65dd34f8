//! The little of the token standards that a multisig needs.

use alloy_sol_types::sol;

sol! {
    /// ERC-165.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface IERC165 {
        function supportsInterface(bytes4 interfaceId) external view returns (bool);
    }

    /// ERC-20 as the standard has it. Some deployed tokens return nothing where it promises a `bool`, so do not
    /// decode the answer of a transfer as one without looking at its length.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface IERC20 {
        event Approval(address indexed owner, address indexed spender, uint256 value);
        event Transfer(address indexed from, address indexed to, uint256 value);

        function allowance(address owner, address spender) external view returns (uint256);
        function approve(address spender, uint256 value) external returns (bool);
        function balanceOf(address account) external view returns (uint256);
        function decimals() external view returns (uint8);
        function name() external view returns (string memory);
        function symbol() external view returns (string memory);
        function totalSupply() external view returns (uint256);
        function transfer(address to, uint256 value) external returns (bool);
        function transferFrom(address from, address to, uint256 value) external returns (bool);
    }

    /// ERC-721.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface IERC721 {
        event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);

        function balanceOf(address owner) external view returns (uint256);
        function ownerOf(uint256 tokenId) external view returns (address);
        function safeTransferFrom(address from, address to, uint256 tokenId) external;
        function setApprovalForAll(address operator, bool approved) external;
        function transferFrom(address from, address to, uint256 tokenId) external;
    }

    /// ERC-1155.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface IERC1155 {
        event TransferBatch(
            address indexed operator,
            address indexed from,
            address indexed to,
            uint256[] ids,
            uint256[] values
        );
        event TransferSingle(
            address indexed operator,
            address indexed from,
            address indexed to,
            uint256 id,
            uint256 value
        );

        function balanceOf(address account, uint256 id) external view returns (uint256);
        function safeBatchTransferFrom(
            address from,
            address to,
            uint256[] memory ids,
            uint256[] memory values,
            bytes memory data
        ) external;
        function safeTransferFrom(address from, address to, uint256 id, uint256 value, bytes memory data) external;
        function setApprovalForAll(address operator, bool approved) external;
    }
}
