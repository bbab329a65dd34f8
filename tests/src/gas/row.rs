//! What is measured.

use std::fmt;

use alloy::{
    primitives::{Address, B256, Bytes, TxKind, U256, keccak256, utils::parse_ether},
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use quorate_contracts::{
    Deployments, Family, Flavor, Kind,
    bindings::{IERC20, IMultisig},
};
use quorate_core::{BatchCall, Operation, SENTINEL, SafeTx, encode_multi_send};

use super::{
    node::Transaction,
    safe::{Safe, Signer},
    world::World,
};

/// How many calls a batch has.
const BATCH: u8 = 10;

/// A transaction that is made of every family's contracts alike. Its name says what is measured; unless it says
/// otherwise the account is a 2-of-3 of the L1 flavour whose owners sign by EIP-712, and somebody else executes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Row {
    /// Creation by the factory, with the family's fallback handler: threshold and number of owners.
    Create(usize, usize),
    /// A payment to an account that exists.
    Transfer(Flavor, usize, usize),
    /// A payment in an ERC-20 to somebody who has some.
    Erc20,
    /// A payment that both owners approved on chain.
    PreApproved,
    /// A payment that one of the owners sends, and the other signed.
    ExecutorIsOwner,
    /// A payment that both owners signed as a personal message.
    EthSign,
    /// A payment that a key signed, and a small contract that asks another key.
    ContractOwner,
    /// A payment that a key signed, and a 1-of-1 of the same family.
    SafeOwner,
    /// A fourth owner.
    AddOwner,
    /// Another owner for the second.
    SwapOwner,
    /// The third of three owners leaves.
    RemoveOwner,
    /// A threshold of 3 instead of 2.
    ChangeThreshold,
    /// Ten payments.
    MultiSend,
    /// Ten payments, by the contract that only calls.
    MultiSendCallOnly,
    /// A payment by a module.
    Module(Flavor),
    /// A payment by a module that asks for what the call returned.
    ModuleReturnData,
    /// A payment by a module past a module guard, which 1.5.0 was the first to have.
    ModuleGuard,
    /// A payment past a transaction guard.
    Guard,
    /// A payment that refunds its sender in ETH.
    RefundEther,
    /// A payment that refunds its sender in an ERC-20.
    RefundToken,
    /// The first module.
    EnableModule,
    /// The only module leaves.
    DisableModule,
    /// An owner approves a hash on chain.
    ApproveHash,
    /// The account gets ETH.
    Receive,
    /// Deployment of a contract by a transaction without a recipient.
    Deploy(Kind),
}

impl Row {
    /// Returns every row, sorted by name. What Quorate has deployed decides which deployments are measured.
    pub fn all() -> Vec<Self> {
        let create = [(1, 1), (2, 3), (3, 5), (5, 10)].map(|(threshold, owners)| Self::Create(threshold, owners));
        let transfer = Flavor::ALL.map(|flavor| {
            [(1, 1), (2, 3), (3, 5), (5, 10), (7, 12)]
                .map(|(threshold, owners)| Self::Transfer(flavor, threshold, owners))
        });
        let deploy =
            Deployments::of(Family::Quorate).contracts().iter().map(|deployment| Self::Deploy(deployment.kind));
        let others = [
            Self::Erc20,
            Self::PreApproved,
            Self::ExecutorIsOwner,
            Self::EthSign,
            Self::ContractOwner,
            Self::SafeOwner,
            Self::AddOwner,
            Self::SwapOwner,
            Self::RemoveOwner,
            Self::ChangeThreshold,
            Self::MultiSend,
            Self::MultiSendCallOnly,
            Self::Module(Flavor::L1),
            Self::Module(Flavor::L2),
            Self::ModuleReturnData,
            Self::ModuleGuard,
            Self::Guard,
            Self::RefundEther,
            Self::RefundToken,
            Self::EnableModule,
            Self::DisableModule,
            Self::ApproveHash,
            Self::Receive,
        ];
        let mut rows: Vec<_> = create.into_iter().chain(transfer.into_iter().flatten()).chain(others).collect();
        rows.extend(deploy);
        rows.sort_by_cached_key(ToString::to_string);
        rows
    }

    /// Brings about everything that the transaction of this row needs, and returns it. `None`: the family does not have
    /// it.
    pub async fn prepare(self, world: &World, family: Family) -> Option<Transaction> {
        let l1 = (family, Flavor::L1);
        let seed = self.to_string();
        let keys = |count: usize| world.keys[..count].iter().cloned().map(Signer::Key).collect::<Vec<_>>();
        let plain = async || Safe::create(world, l1, 2, &world.owners(3), &seed).await;
        let payment = Payment::to(world.payee(0).await);
        let manage = async |call: Vec<u8>| {
            let safe = plain().await;
            safe.exec(world, SafeTx::call(safe.address, U256::ZERO, call.into(), U256::ZERO), &keys(2)).await
        };
        let owners = world.owners(4);

        Some(match self {
            Self::Create(threshold, count) => {
                // One byte each, and not zero.
                let salts = (1..=u8::MAX).map(U256::from);
                Safe::plan(world, l1, threshold, &world.owners(count), salts).1
            }
            Self::Transfer(flavor, threshold, count) => {
                let safe = Safe::create(world, (family, flavor), threshold, &world.owners(count), &seed).await;
                safe.exec(world, payment.tx(), &keys(threshold)).await
            }
            Self::Erc20 => {
                let safe = plain().await;
                world.mint(safe.address).await;
                world.mint(payment.to).await;
                let call = IERC20::transferCall { to: payment.to, value: payment.wei }.abi_encode();
                safe.exec(world, SafeTx::call(world.token, U256::ZERO, call.into(), U256::ZERO), &keys(2)).await
            }
            Self::PreApproved => {
                let safe = plain().await;
                let approvers = &owners[..2];
                for owner in approvers {
                    world.node.send(&safe.approval(world, *owner, safe.first_hash(&payment.tx())).await).await;
                }
                safe.exec(world, payment.tx(), &approvers.iter().copied().map(Signer::Approver).collect::<Vec<_>>())
                    .await
            }
            Self::ExecutorIsOwner => {
                let safe = plain().await;
                let signers = [Signer::Approver(owners[0]), Signer::Key(world.keys[1].clone())];
                world.node.endow(owners[0], world.wealth).await;
                Transaction { from: owners[0], ..safe.exec(world, payment.tx(), &signers).await }
            }
            Self::EthSign => {
                let signers = world.keys[..2].iter().cloned().map(Signer::Personal).collect::<Vec<_>>();
                plain().await.exec(world, payment.tx(), &signers).await
            }
            Self::ContractOwner => {
                let signer = Signer::Contract(world.contract_owner, world.keys[0].clone());
                payment.with_contract(world, family, &seed, signer).await
            }
            Self::SafeOwner => {
                let inner = Safe::create(world, l1, 1, &owners[..1], &format!("{seed}, inner")).await;
                payment.with_contract(world, family, &seed, Signer::Safe(Box::new(inner), world.keys[0].clone())).await
            }
            Self::AddOwner => {
                let call = IMultisig::addOwnerWithThresholdCall { owner: owners[3], _threshold: U256::from(2) };
                manage(call.abi_encode()).await
            }
            Self::SwapOwner => {
                let call = IMultisig::swapOwnerCall { prevOwner: owners[0], oldOwner: owners[1], newOwner: owners[3] };
                manage(call.abi_encode()).await
            }
            Self::RemoveOwner => {
                let call =
                    IMultisig::removeOwnerCall { prevOwner: owners[1], owner: owners[2], _threshold: U256::from(2) };
                manage(call.abi_encode()).await
            }
            Self::ChangeThreshold => {
                manage(IMultisig::changeThresholdCall { _threshold: U256::from(3) }.abi_encode()).await
            }
            Self::MultiSend => payment.batch(world, family, &seed, Kind::MultiSend).await,
            Self::MultiSendCallOnly => payment.batch(world, family, &seed, Kind::MultiSendCallOnly).await,
            Self::Module(flavor) => {
                let safe = Safe::create(world, (family, flavor), 2, &owners[..3], &seed).await;
                safe.manage(world, IMultisig::enableModuleCall { module: world.executor }).await;
                payment.by_module(world, &safe)
            }
            Self::ModuleReturnData => {
                let safe = plain().await;
                safe.manage(world, IMultisig::enableModuleCall { module: world.executor }).await;
                let call = IMultisig::execTransactionFromModuleReturnDataCall {
                    to: payment.to,
                    value: payment.wei,
                    data: Bytes::new(),
                    operation: 0,
                };
                Transaction { data: call.abi_encode().into(), ..payment.by_module(world, &safe) }
            }
            Self::ModuleGuard if family == Family::Quorate || family == Family::V1_5_0 => {
                let safe = plain().await;
                safe.manage(world, IMultisig::enableModuleCall { module: world.executor }).await;
                safe.manage(world, IMultisig::setModuleGuardCall { moduleGuard: world.guard }).await;
                payment.by_module(world, &safe)
            }
            Self::ModuleGuard => return None,
            Self::Guard => {
                let safe = plain().await;
                safe.manage(world, IMultisig::setGuardCall { guard: world.guard }).await;
                safe.exec(world, payment.tx(), &keys(2)).await
            }
            Self::RefundEther => plain().await.exec(world, payment.refunded(Address::ZERO), &keys(2)).await,
            Self::RefundToken => {
                let safe = plain().await;
                world.mint(safe.address).await;
                world.mint(world.executor).await;
                safe.exec(world, payment.refunded(world.token), &keys(2)).await
            }
            Self::EnableModule => manage(IMultisig::enableModuleCall { module: world.executor }.abi_encode()).await,
            Self::DisableModule => {
                let safe = plain().await;
                safe.manage(world, IMultisig::enableModuleCall { module: world.executor }).await;
                let call = IMultisig::disableModuleCall { prevModule: SENTINEL, module: world.executor }.abi_encode();
                safe.exec(world, SafeTx::call(safe.address, U256::ZERO, call.into(), U256::ZERO), &keys(2)).await
            }
            Self::ApproveHash => plain().await.approval(world, owners[0], B256::repeat_byte(0xab)).await,
            Self::Receive => Transaction { value: payment.wei, ..plain().await.transaction(world, Bytes::new()) },
            Self::Deploy(kind) => Transaction {
                from: world.executor,
                to: TxKind::Create,
                value: U256::ZERO,
                data: world.source.creation_code(family, kind)?,
                proof: None,
            },
        })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let suffix = |flavor: &Flavor| match flavor {
            Flavor::L1 => "",
            Flavor::L2 => " L2",
        };
        match self {
            Self::Create(threshold, owners) => write!(f, "create {threshold}/{owners}"),
            Self::Transfer(flavor, threshold, owners) => {
                write!(f, "transfer{} {threshold}/{owners}", suffix(flavor))
            }
            Self::Erc20 => f.write_str("ERC-20 transfer"),
            Self::PreApproved => f.write_str("transfer, pre-approved"),
            Self::ExecutorIsOwner => f.write_str("transfer, executor is owner"),
            Self::EthSign => f.write_str("transfer, eth_sign"),
            Self::ContractOwner => f.write_str("transfer, contract owner"),
            Self::SafeOwner => f.write_str("transfer, account as owner"),
            Self::AddOwner => f.write_str("add owner"),
            Self::SwapOwner => f.write_str("swap owner"),
            Self::RemoveOwner => f.write_str("remove owner"),
            Self::ChangeThreshold => f.write_str("change threshold"),
            Self::MultiSend => f.write_str("MultiSend of 10"),
            Self::MultiSendCallOnly => f.write_str("MultiSendCallOnly of 10"),
            Self::Module(flavor) => write!(f, "module transfer{}", suffix(flavor)),
            Self::ModuleReturnData => f.write_str("module transfer, return data"),
            Self::ModuleGuard => f.write_str("module transfer, module guard"),
            Self::Guard => f.write_str("transfer, guard"),
            Self::RefundEther => f.write_str("transfer, refund in ETH"),
            Self::RefundToken => f.write_str("transfer, refund in ERC-20"),
            Self::EnableModule => f.write_str("enable module"),
            Self::DisableModule => f.write_str("disable module"),
            Self::ApproveHash => f.write_str("approve hash"),
            Self::Receive => f.write_str("receive ETH"),
            Self::Deploy(Kind::Singleton(flavor)) => write!(f, "deploy Singleton{}", suffix(flavor)),
            Self::Deploy(kind) => write!(f, "deploy {kind:?}"),
        }
    }
}

/// What most rows do.
#[derive(Clone, Copy, Debug)]
struct Payment {
    to: Address,
    wei: U256,
}

impl Payment {
    fn to(to: Address) -> Self {
        Self { to, wei: parse_ether("1").unwrap() }
    }

    fn tx(&self) -> SafeTx {
        SafeTx::call(self.to, self.wei, Bytes::new(), U256::ZERO)
    }

    fn refunded(&self, gas_token: Address) -> SafeTx {
        let [safe_tx_gas, base_gas, gas_price] = [50_000, 40_000, 10].map(U256::from);
        SafeTx { safe_tx_gas, base_gas, gas_price, gas_token, ..self.tx() }
    }

    /// Makes a payment of a 2-of-3 that a contract owns too. Other keys are tried until the contract is the first to be
    /// asked.
    async fn with_contract(&self, world: &World, family: Family, seed: &str, contract: Signer) -> Transaction {
        let above = |key: &&PrivateKeySigner| key.address() > contract.address();
        let keys: Vec<_> = world.keys[1..].iter().filter(above).take(2).cloned().collect();
        let owners = [contract.address(), keys[0].address(), keys[1].address()];
        let safe = Safe::create(world, (family, Flavor::L1), 2, &owners, seed).await;
        safe.exec(world, self.tx(), &[contract, Signer::Key(keys[0].clone())]).await
    }

    async fn batch(&self, world: &World, family: Family, seed: &str, kind: Kind) -> Transaction {
        let mut calls = Vec::new();
        for number in 0..BATCH {
            let to = world.payee(number).await;
            calls.push(BatchCall { operation: Operation::Call, to, value: self.wei, data: Bytes::new() });
        }
        let safe = Safe::create(world, (family, Flavor::L1), 2, &world.owners(3), seed).await;
        let to = world.contracts(family).at(kind);
        let tx = SafeTx {
            operation: Operation::DelegateCall,
            ..SafeTx::call(to, U256::ZERO, encode_multi_send(&calls), U256::ZERO)
        };
        let signers: Vec<_> = world.keys[..2].iter().cloned().map(Signer::Key).collect();
        safe.exec(world, tx, &signers).await
    }

    /// Makes the payment that the executor, as a module, has the account make.
    fn by_module(&self, world: &World, safe: &Safe) -> Transaction {
        let call =
            IMultisig::execTransactionFromModuleCall { to: self.to, value: self.wei, data: Bytes::new(), operation: 0 };
        let proof = Some(keccak256("ExecutionFromModuleSuccess(address)"));
        Transaction { proof, ..safe.transaction(world, call.abi_encode().into()) }
    }
}

impl Safe {
    /// Makes the transaction by which an owner approves a hash.
    async fn approval(&self, world: &World, owner: Address, hash: B256) -> Transaction {
        world.node.endow(owner, world.wealth).await;
        let call = IMultisig::approveHashCall { hashToApprove: hash }.abi_encode();
        let proof = Some(keccak256("ApproveHash(bytes32,address)"));
        Transaction { from: owner, proof, ..self.transaction(world, call.into()) }
    }
}
