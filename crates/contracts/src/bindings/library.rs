//! Contracts that an account calls by DELEGATECALL.

use alloy_sol_types::sol;

sol! {
    /// `MultiSend` and `MultiSendCallOnly`, the same in every version.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface IMultiSend {
        function multiSend(bytes memory transactions) external payable;
    }

    /// `CreateCall` as 1.4.1 and 1.5.0 have it.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface ICreateCall {
        event ContractCreation(address indexed newContract);

        function performCreate(uint256 value, bytes memory deploymentData) external returns (address newContract);
        function performCreate2(uint256 value, bytes memory deploymentData, bytes32 salt)
            external
            returns (address newContract);
    }

    /// `SignMessageLib`, the same in every version.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface ISignMessageLib {
        event SignMsg(bytes32 indexed msgHash);

        function getMessageHash(bytes memory message) external view returns (bytes32);
        function signMessage(bytes calldata _data) external;
    }

    /// `SimulateTxAccessor`, the same in every version.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface ISimulateTxAccessor {
        function simulate(address to, uint256 value, bytes calldata data, uint8 operation)
            external
            returns (uint256 estimate, bool success, bytes memory returnData);
    }

    /// Quorate's `Migration`, and `SafeMigration` of 1.4.1 and 1.5.0.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface IMigration {
        event ChangedMasterCopy(address singleton);

        function MIGRATION_SINGLETON() external view returns (address);
        function SAFE_FALLBACK_HANDLER() external view returns (address);
        function SAFE_L2_SINGLETON() external view returns (address);
        function SAFE_SINGLETON() external view returns (address);
        function migrateL2Singleton() external;
        function migrateL2WithFallbackHandler() external;
        function migrateSingleton() external;
        function migrateWithFallbackHandler() external;
    }

    /// `SafeToL2Setup`, the same in 1.4.1 and 1.5.0.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface IToL2Setup {
        event ChangedMasterCopy(address singleton);

        function setupToL2(address l2Singleton) external;
    }
}
