//! What an owner is shown before signing: the transaction, what it does, and the hashes to compare.

use alloy::primitives::{Address, B256, Bytes, U256};
use quorate_contracts::{Flavor, HandlerMove, Kind, Migration, deployment, migration::Found};
use quorate_core::{
    Account, BatchCall, Operation, Proposal, SafeId, SafeState, SafeTx, Version, chain_short_name, decode_multi_send,
};
use serde::Serialize;

use crate::{
    decode::{self, Decoded, Reading, Target},
    page::{Page, foreign},
    settings::Settings,
    units,
};

/// How deep batches inside batches are read.
const MAX_DEPTH: usize = 3;

/// Most bytes of calldata that are shown to people; programs get all.
const MAX_SHOWN: usize = 512;

/// A transaction with everything that is known of it without asking anybody.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Description {
    pub(crate) safe: SafeId,
    pub(crate) version: Version,
    pub(crate) nonce: String,
    pub(crate) call: CallView,
    pub(crate) safe_tx_gas: String,
    pub(crate) base_gas: String,
    pub(crate) gas_price: String,
    pub(crate) gas_token: Address,
    pub(crate) refund_receiver: Address,
    pub(crate) domain_hash: B256,
    pub(crate) message_hash: B256,
    pub(crate) safe_tx_hash: B256,
    pub(crate) note: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) origin: String,
    /// What must not be missed, in words.
    pub(crate) callouts: Vec<String>,
}

/// A call: that of the transaction, or one of its batch.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CallView {
    pub(crate) to: Address,
    /// What is known about the target by its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) to_name: Option<String>,
    pub(crate) value_wei: String,
    pub(crate) operation: String,
    pub(crate) data: Bytes,
    /// The function, if it is known and its encoding is the usual one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) decoded: Option<Decoded>,
    /// The calls of a batch, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) batch: Vec<Self>,
    #[serde(skip)]
    value: U256,
    #[serde(skip)]
    unknown: Option<String>,
}

/// What a transaction is read in the light of.
struct Reader<'a> {
    safe: SafeId,
    version: Version,
    state: Option<&'a SafeState>,
    settings: &'a Settings,
    callouts: Vec<String>,
}

impl Description {
    /// Describes a proposal. `state` is what the Safe is, or is said to be.
    pub(crate) fn of(proposal: &Proposal, state: Option<&SafeState>, settings: &Settings) -> Self {
        let (tx, digest) = (proposal.tx(), proposal.hash().digest());
        let domain = proposal.domain();
        let mut reader =
            Reader { safe: domain.safe(), version: domain.version(), state, settings, callouts: Vec::new() };
        let entry = BatchCall { operation: tx.operation, to: tx.to, value: tx.value, data: tx.data.clone() };
        let call = reader.call(&entry, None, 0);
        reader.refund(tx);
        if let Some(state) = state {
            reader.state(state);
        }
        Self {
            safe: domain.safe(),
            version: domain.version(),
            nonce: tx.nonce.to_string(),
            call,
            safe_tx_gas: tx.safe_tx_gas.to_string(),
            base_gas: tx.base_gas.to_string(),
            gas_price: tx.gas_price.to_string(),
            gas_token: tx.gas_token,
            refund_receiver: tx.refund_receiver,
            domain_hash: digest.domain_hash(),
            message_hash: digest.message_hash(),
            safe_tx_hash: digest.hash(),
            note: proposal.note().to_owned(),
            origin: proposal.origin().to_owned(),
            callouts: reader.callouts,
        }
    }

    /// Returns what the transaction does, in a few words.
    pub(crate) fn summary(&self) -> String {
        let call = &self.call;
        if !call.batch.is_empty() {
            return format!("batch of {} calls", call.batch.len());
        }
        match &call.decoded {
            Some(decoded) => decoded.function.clone(),
            None if call.data.is_empty() && call.to == self.safe.address && call.value.is_zero() => {
                "nothing".to_owned()
            }
            None if call.data.is_empty() => "payment".to_owned(),
            None => "unknown call".to_owned(),
        }
    }

    /// Writes it for people.
    pub(crate) fn page(&self, page: &mut Page) {
        let chain = match chain_short_name(self.safe.chain_id) {
            Some(name) => format!("{} ({name})", self.safe.chain_id),
            None => self.safe.chain_id.to_string(),
        };
        page.row("chain", chain);
        page.row("safe", self.safe.address);
        page.row("version", self.version);
        page.row("nonce", &self.nonce);
        self.call.page(page);
        for (label, value, unset) in [
            ("safeTxGas", &self.safe_tx_gas, "0"),
            ("baseGas", &self.base_gas, "0"),
            ("gasPrice", &self.gas_price, "0"),
            ("gasToken", &self.gas_token.to_string(), &Address::ZERO.to_string()),
            ("refundReceiver", &self.refund_receiver.to_string(), &Address::ZERO.to_string()),
        ] {
            if value != unset {
                page.row(label, value);
            }
        }
        if !self.note.is_empty() {
            page.row("note", format_args!("not signed: \"{}\"", foreign(&self.note)));
        }
        if !self.origin.is_empty() {
            page.row("origin", format_args!("not signed: \"{}\"", foreign(&self.origin)));
        }
        page.row("domain hash", self.domain_hash);
        page.row("message hash", self.message_hash);
        page.row("safeTxHash", self.safe_tx_hash);
        for callout in &self.callouts {
            page.alarm(callout);
        }
    }
}

impl CallView {
    fn page(&self, page: &mut Page) {
        match &self.to_name {
            Some(name) => page.row("to", format_args!("{} ({name})", self.to)),
            None => page.row("to", self.to),
        }
        if self.operation == Operation::DelegateCall.to_string() && !self.value.is_zero() {
            page.row("value", format_args!("{}, not sent: a delegate call sends none", units::both(self.value)));
        } else {
            page.row("value", units::both(self.value));
        }
        page.row("operation", &self.operation);
        if let Some(decoded) = &self.decoded {
            page.row("call", format_args!("{} ({})", decoded.function, decoded.contract));
            page.indented(|page| {
                for argument in &decoded.arguments {
                    let name = if argument.name.is_empty() { &argument.kind } else { &argument.name };
                    page.row(name, shortened(&argument.value));
                }
            });
        }
        if let Some(unknown) = &self.unknown {
            page.row("call", unknown);
        }
        if self.decoded.is_none() && !self.data.is_empty() && self.batch.is_empty() {
            page.row("data", shortened(&self.data.to_string()));
        }
        for (number, call) in (1..).zip(&self.batch) {
            page.heading(format_args!("call {number} of {}", self.batch.len()));
            page.indented(|page| call.page(page));
        }
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN * 2 + 2) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}… ({} characters in all; --json has them)", &text[..end], text.len()),
    }
}

impl Reader<'_> {
    /// Reads a call; `batch` is the contract that runs it, if it is part of a batch.
    fn call(&mut self, call: &BatchCall, batch: Option<Address>, depth: usize) -> CallView {
        let is_zero = call.to.is_zero();
        let is_self = call.to == self.safe.address || is_zero && batch.is_some_and(zero_is_the_safe);
        let target = if is_self { Target::Itself } else { Target::Other };
        let located = deployment::locate(call.to);
        let to_name = if is_self {
            let how = if is_zero { "this Safe itself, as the batch contract reads 0x0" } else { "this Safe itself" };
            Some(how.to_owned())
        } else {
            let known = located.map(|(set, it)| format!("{} of {}", kind_name(it.kind), family_name(set)));
            let book = self.settings.config.name_of(call.to).map(|name| format!("{name} in the address book"));
            let names: Vec<_> = known.into_iter().chain(book).collect();
            (!names.is_empty()).then(|| names.join("; "))
        };
        if is_zero && !is_self && !call.value.is_zero() {
            self.callouts.push(format!("BURNS {}: it goes to the zero address", units::both(call.value)));
        }
        let entries = decode_multi_send(&call.data).ok();
        if entries.is_some() && depth >= MAX_DEPTH {
            self.callouts.push(format!("a batch inside {depth} batches is not read: do not sign it unread"));
        }
        let batch_entries = entries.filter(|_| depth < MAX_DEPTH);
        let is_batch = batch_entries.is_some();
        if call.operation == Operation::DelegateCall {
            match Migration::of(call) {
                Some(Found::Migration(migration)) => self.migration(&migration),
                Some(Found::Unknown(_)) | None => self.delegate_call(call, located.map(|(_, it)| it.kind), is_batch),
            }
            if !call.value.is_zero() {
                self.callouts.push("the value is not sent: a delegate call sends none".to_owned());
            }
        } else if let Some(red) = decode::red_line(&call.data).filter(|_| !is_self) {
            self.callouts.push(format!("GIVES RIGHTS AWAY: calls {red} of {}", call.to));
        }
        // What unknown code does when it is delegate-called has nothing to do with a function of the same name.
        let is_foreign = call.operation == Operation::DelegateCall && located.is_none();
        let mut batch = Vec::new();
        let (mut decoded, mut unknown) = (None, None);
        if let Some(entries) = batch_entries {
            unknown = Some(if call.operation == Operation::DelegateCall {
                format!("multiSend: a batch of {}", entries.len())
            } else {
                // Called and not delegate-called, the batch would run as the batch contract.
                format!("multiSend: a batch of {}, which runs as {} and not as the Safe", entries.len(), call.to)
            });
            batch = entries.iter().map(|entry| self.call(entry, Some(call.to), depth + 1)).collect();
        } else {
            match decode::read(target, &call.data) {
                Reading::Empty => {}
                Reading::Known(it) if is_foreign => {
                    unknown = Some(format!("begins like {}; what it does there is not known", it.function));
                }
                Reading::Known(it) => {
                    // What a delegate call runs is not the function of that name anywhere else.
                    if call.operation == Operation::Call {
                        self.known(target, call, &it);
                    }
                    decoded = Some(it);
                }
                Reading::Unknown { selector: None, .. } => {
                    unknown = Some("unknown: fewer bytes than a function's selector".to_owned());
                }
                Reading::Unknown { selector: Some(selector), resembles } => {
                    unknown = Some(match resembles {
                        Some(name) => {
                            self.callouts.push(format!(
                                "the call begins like {name}, but its arguments are encoded in a way that no tool writes"
                            ));
                            format!("unknown: begins like {name}, but is not encoded like it")
                        }
                        None => format!("unknown function {selector}"),
                    });
                    if is_self {
                        self.callouts.push("calls a function of this Safe that is not known here".to_owned());
                    }
                }
            }
        }
        CallView {
            to: call.to,
            to_name,
            value_wei: call.value.to_string(),
            operation: call.operation.to_string(),
            data: call.data.clone(),
            decoded,
            batch,
            value: call.value,
            unknown,
        }
    }

    fn delegate_call(&mut self, call: &BatchCall, kind: Option<Kind>, is_batch: bool) {
        self.callouts.push(match kind {
            Some(kind @ (Kind::MultiSend | Kind::MultiSendCallOnly)) if is_batch => {
                format!("DELEGATECALL to the address of {}: a batch, of which every call counts", kind_name(kind))
            }
            Some(kind @ (Kind::MultiSend | Kind::MultiSendCallOnly)) => format!(
                "DELEGATECALL to the address of {}, with data that is no batch as tools write them: do not sign it unread",
                kind_name(kind)
            ),
            Some(kind) => format!("DELEGATECALL to the address of {}: it runs as this Safe", kind_name(kind)),
            None => format!(
                "DELEGATECALL to {}: unknown code runs as this Safe and can change all of it: owners, modules, the \
                 contract itself, and take everything it has",
                call.to
            ),
        });
    }

    /// Puts into words what a migration changes, and what it leaves.
    fn migration(&mut self, migration: &Migration) {
        let (target, before) = (migration.target.family.version(), self.version);
        let new = migration.singleton().address;
        let old = self.state.map(|state| format!(" from {}", named(&state.singleton)));
        self.callouts.push(format!(
            "MIGRATION by the delegate call to {}: other code acts for this Safe from now on. The singleton changes{} to \
             {new} ({})",
            migration.contract().address,
            old.unwrap_or_default(),
            known_name(migration.singleton(), migration.target),
        ));
        let handler = self.state.map(|state| state.fallback_handler);
        let old = match &handler {
            None => "what it is".to_owned(),
            Some(None) => "none".to_owned(),
            Some(Some(account)) => named(account),
        };
        let own = migration.target.fallback_handler();
        self.callouts.push(match migration.handler {
            HandlerMove::Kept => format!("MIGRATION: the fallback handler stays {old}"),
            HandlerMove::Replaced if handler.flatten().is_some_and(|it| it.address == own.address) => {
                format!("MIGRATION: the fallback handler stays {old}, which is that of the new contracts")
            }
            HandlerMove::Replaced => format!(
                "MIGRATION: the fallback handler changes from {old} to {} ({})",
                own.address,
                known_name(own, migration.target)
            ),
        });
        self.callouts.push(if target == before {
            format!("MIGRATION: VERSION() stays {before}, and so does the EIP-712 domain: signatures that exist stay valid")
        } else {
            format!(
                "MIGRATION: VERSION() changes from {before} to {target}; the EIP-712 domain stays the same: signatures that \
                 exist stay valid. Files of proposals name the version: what waits for a later nonce is to be proposed anew"
            )
        });
        if let Some(state) = self.state {
            self.callouts.extend(surprises(migration, before, state));
        }
    }

    /// Puts into words what changes who controls the Safe or its tokens.
    fn known(&mut self, target: Target, call: &BatchCall, decoded: &Decoded) {
        let it = |index| decoded.argument(index);
        let words = match (target, decoded.name()) {
            (Target::Itself, "addOwnerWithThreshold") => {
                format!("OWNER CHANGE: adds the owner {} and sets the threshold to {}", it(0), it(1))
            }
            (Target::Itself, "removeOwner") => {
                format!("OWNER CHANGE: removes the owner {} and sets the threshold to {}", it(1), it(2))
            }
            (Target::Itself, "swapOwner") => format!("OWNER CHANGE: replaces the owner {} by {}", it(1), it(2)),
            (Target::Itself, "changeThreshold") => format!("THRESHOLD CHANGE: sets the threshold to {}", it(0)),
            (Target::Itself, "enableModule") => {
                format!("MODULE CHANGE: lets {} act for the Safe without its owners", it(0))
            }
            (Target::Itself, "disableModule") => format!("MODULE CHANGE: disables the module {}", it(1)),
            (Target::Itself, "setGuard") => {
                format!("GUARD CHANGE: {} decides from now on which transactions may run; zero: nothing does", it(0))
            }
            (Target::Itself, "setModuleGuard") => {
                format!("GUARD CHANGE: {} decides from now on what modules may do; zero: nothing does", it(0))
            }
            (Target::Itself, "setFallbackHandler") => {
                format!("HANDLER CHANGE: {} answers from now on in the name of the Safe; zero: nothing does", it(0))
            }
            (_, "approveHash") => format!("approves the hash {} as an owner of {}", it(0), call.to),
            (Target::Other, "approve") => {
                format!(
                    "lets {} take up to {} units of the token {} (or the item of that number)",
                    it(0),
                    it(1),
                    call.to
                )
            }
            (Target::Other, "setApprovalForAll") if it(1) == "true" => {
                format!("lets {} take every item that the Safe has in {}", it(0), call.to)
            }
            _ => return,
        };
        self.callouts.push(words);
    }

    fn refund(&mut self, tx: &SafeTx) {
        if !tx.gas_price.is_zero() {
            let receiver = if tx.refund_receiver == Address::ZERO {
                "whoever sends the transaction".to_owned()
            } else {
                tx.refund_receiver.to_string()
            };
            self.callouts.push(format!("REFUND: the Safe pays {receiver} for the gas; gasPrice is not 0"));
        } else if !tx.safe_tx_gas.is_zero() {
            self.callouts.push("safeTxGas is not 0: if the call fails, the nonce is used all the same".to_owned());
        }
    }

    fn state(&mut self, state: &SafeState) {
        let known = state.singleton.code_hash.and_then(deployment::identify);
        if known.and_then(|it| it.flavor()).is_none() {
            self.callouts.push(format!(
                "the contract behind this Safe, {}, is none that Quorate knows: what it does with a signature is not \
                 known",
                state.singleton.address
            ));
        }
        for module in &state.modules {
            self.callouts.push(format!("the module {} can act for this Safe without its owners", module.address));
        }
    }
}

/// Says what a Safe may no longer do, or do besides, because of what it is when it moves.
fn surprises(migration: &Migration, before: Version, state: &SafeState) -> Vec<String> {
    let after = migration.target.family.version();
    let mut words = Vec::new();
    if let Some(guard) = &state.module_guard
        && before.has_module_guard() != after.has_module_guard()
    {
        words.push(if after.has_module_guard() {
            format!(
                "the module guard {}, which nobody asks now, decides from then on what modules may do",
                guard.address
            )
        } else {
            format!("the module guard {} is not asked any more: {after} has none", guard.address)
        });
    }
    if before.owner_dialect() != after.owner_dialect() {
        // One that is a key with code, too, is asked as a contract.
        for owner in state.owners.iter().filter(|owner| owner.is_contract()) {
            words.push(format!(
                "the owner {} is a contract, and is asked for its signature in another way from then on (ERC-1271): make sure \
                 that it answers",
                owner.address
            ));
        }
    }
    let kept = state.fallback_handler.filter(|_| migration.handler == HandlerMove::Kept);
    let kept = kept.and_then(|it| deployment::identify(it.code_hash?));
    if kept.is_some_and(|it| it.family.version() >= Version::V1_5_0) && after < Version::V1_5_0 {
        words.push(format!(
            "the fallback handler that stays cannot check signatures in the name of a Safe {after} (ERC-1271)"
        ));
    }
    words
}

/// Names an account with what its code is known to be.
fn named(account: &Account) -> String {
    match account.code_hash.and_then(deployment::identify) {
        Some(known) => format!("{} ({} of {})", account.address, kind_name(known.kind), family_label(known.family)),
        None => format!("{} (no code that Quorate knows)", account.address),
    }
}

fn known_name(deployment: &deployment::Deployment, set: &quorate_contracts::Deployments) -> String {
    format!("{} of {}", kind_name(deployment.kind), family_name(set))
}

/// Returns whether the batch contract at `batch` takes the zero address to be the Safe, as those from 1.5.0 on do. The
/// release of the Safe has no say in it. What is not known is taken to: then nothing is overlooked.
fn zero_is_the_safe(batch: Address) -> bool {
    deployment::locate(batch).is_none_or(|(set, _)| set.family.version() >= Version::V1_5_0)
}

/// Returns the name of a contract as its authors call it.
pub(crate) const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Proxy => "a proxy",
        Kind::Singleton(Flavor::L1) => "the singleton (L1)",
        Kind::Singleton(Flavor::L2) => "the singleton (L2)",
        Kind::ProxyFactory => "the proxy factory",
        Kind::MultiSend => "MultiSend",
        Kind::MultiSendCallOnly => "MultiSendCallOnly",
        Kind::FallbackHandler => "the fallback handler",
        Kind::ExtensibleFallbackHandler => "the extensible fallback handler",
        Kind::TokenCallbackHandler => "the token callback handler",
        Kind::CreateCall => "CreateCall",
        Kind::SignMessageLib => "SignMessageLib",
        Kind::SimulateTxAccessor => "SimulateTxAccessor",
        Kind::Migration => "the migration library",
        Kind::WayBack(_) => "the migration library back to Safe 1.3.0",
        Kind::ToL2Setup => "SafeToL2Setup",
        Kind::ToL2Migration => "SafeToL2Migration",
    }
}

fn family_name(set: &quorate_contracts::Deployments) -> String {
    family_label(set.family)
}

fn family_label(family: quorate_contracts::Family) -> String {
    match family {
        quorate_contracts::Family::Quorate => "Quorate".to_owned(),
        family => format!("Safe {family}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::PlaceArgs;
    use alloy::sol_types::SolCall;
    use quorate_contracts::{
        Deployments, Family,
        bindings::{IERC20, IMultisig},
    };
    use quorate_core::{Domain, encode_multi_send};

    const SAFE: Address = Address::repeat_byte(0x5a);

    fn describe(tx: SafeTx) -> Description {
        let domain = Domain::new(SafeId::new(31_337, SAFE), Version::V1_5_0).unwrap();
        let settings = Settings::merge(&PlaceArgs::default(), &|_| None).unwrap();
        Description::of(&Proposal::new(domain, tx, "").unwrap(), None, &settings)
    }

    fn to_self(data: Vec<u8>) -> BatchCall {
        BatchCall { to: SAFE, data: data.into(), ..BatchCall::default() }
    }

    fn tx(call: BatchCall) -> SafeTx {
        SafeTx { to: call.to, value: call.value, data: call.data, operation: call.operation, ..SafeTx::default() }
    }

    fn add_owner() -> Vec<u8> {
        IMultisig::addOwnerWithThresholdCall { owner: Address::repeat_byte(9), _threshold: U256::from(1) }.abi_encode()
    }

    #[test]
    fn a_payment_needs_no_words() {
        let description = describe(SafeTx { to: Address::repeat_byte(1), value: U256::from(1), ..SafeTx::default() });
        assert!(description.callouts.is_empty());
        assert_eq!(description.summary(), "payment");
    }

    #[test]
    fn a_delegate_call_is_called_out_and_its_data_not_believed() {
        let call =
            BatchCall { operation: Operation::DelegateCall, to: Address::repeat_byte(1), ..to_self(add_owner()) };
        let callouts = describe(tx(call)).callouts;
        assert_eq!(callouts.len(), 1);
        assert!(callouts[0].contains("DELEGATECALL") && callouts[0].contains("unknown code"), "{callouts:?}");
    }

    #[test]
    fn changes_of_control_are_called_out_also_inside_a_batch() {
        let inside = [
            to_self(add_owner()),
            BatchCall { to: Address::ZERO, ..to_self(IMultisig::enableModuleCall { module: SAFE }.abi_encode()) },
            BatchCall {
                to: Address::repeat_byte(2),
                ..to_self(IERC20::approveCall { spender: SAFE, value: U256::MAX }.abi_encode())
            },
        ];
        let batch = BatchCall {
            operation: Operation::DelegateCall,
            to: Deployments::of(Family::V1_5_0).multi_send_call_only().address,
            value: U256::ZERO,
            data: encode_multi_send(&inside),
        };
        let description = describe(tx(batch));
        assert_eq!(description.call.batch.len(), 3);
        let words = ["MultiSendCallOnly", "OWNER CHANGE", "MODULE CHANGE", "lets 0x5a"];
        assert_eq!(description.callouts.len(), words.len(), "{:?}", description.callouts);
        for (callout, word) in description.callouts.iter().zip(words) {
            assert!(callout.to_lowercase().contains(&word.to_lowercase()), "{callout} / {word}");
        }
    }

    fn batch(by: Address, entry: BatchCall) -> SafeTx {
        let data = encode_multi_send(&[entry]);
        SafeTx { to: by, data, operation: Operation::DelegateCall, ..SafeTx::default() }
    }

    #[test]
    fn what_zero_means_is_decided_by_the_batch_contract_and_not_by_the_safe() {
        let by = |family| Deployments::of(family).multi_send_call_only().address;
        let change = BatchCall { to: Address::ZERO, ..to_self(add_owner()) };
        for (batch_by, is_self) in [
            (by(Family::V1_5_0), true),
            (by(Family::Quorate), true),
            (Address::repeat_byte(0xba), true),
            (by(Family::V1_4_1), false),
            (by(Family::V1_3_0), false),
        ] {
            let callouts = describe(batch(batch_by, change.clone())).callouts.join("\n");
            assert_eq!(callouts.contains("OWNER CHANGE"), is_self, "{batch_by}: {callouts}");
            let payment = BatchCall { to: Address::ZERO, value: U256::from(10), ..BatchCall::default() };
            let callouts = describe(batch(batch_by, payment)).callouts.join("\n");
            assert_eq!(callouts.contains("BURNS"), !is_self, "{batch_by}: {callouts}");
        }
    }

    #[test]
    fn a_delegate_call_to_unknown_code_is_not_explained_by_the_name_of_a_function() {
        let data = IERC20::transferCall { to: SAFE, value: U256::from(2) }.abi_encode();
        let to = Address::repeat_byte(1);
        let call = BatchCall { operation: Operation::DelegateCall, to, value: U256::from(1), data: data.into() };
        let description = describe(tx(call));
        assert!(description.call.decoded.is_none());
        assert_eq!(description.summary(), "unknown call");
        assert!(description.callouts.iter().any(|it| it.contains("not sent")), "{:?}", description.callouts);
    }

    #[test]
    fn what_gives_rights_away_is_called_out() {
        let data = alloy::primitives::keccak256("transferOwnership(address)")[..4].to_vec();
        let call = BatchCall { to: Address::repeat_byte(1), data: data.into(), ..BatchCall::default() };
        assert!(describe(tx(call)).callouts[0].contains("transferOwnership(address)"));
    }

    #[test]
    fn the_owner_functions_of_another_contract_are_its_own_affair() {
        let call = BatchCall { to: Address::repeat_byte(1), ..to_self(add_owner()) };
        assert!(describe(tx(call)).callouts.is_empty());
    }

    #[test]
    fn a_refund_is_called_out() {
        let description = describe(SafeTx { gas_price: U256::from(1), ..SafeTx::default() });
        assert!(description.callouts[0].contains("REFUND"));
    }

    fn migrate(from: Family, to: Family, change: impl FnOnce(&mut SafeState)) -> Vec<String> {
        let set = Deployments::of(from);
        let account = |it: &deployment::Deployment| Account {
            address: it.address,
            code_hash: Some(it.code_hash),
            delegate: None,
        };
        let safe = SafeId::new(31_337, SAFE);
        let mut state = SafeState {
            safe,
            block: quorate_core::Block { number: 7, hash: B256::ZERO, timestamp: 1 },
            version: from.version(),
            singleton: account(set.singleton(Flavor::L1)),
            owners: vec![Account::keyed(Address::repeat_byte(1))],
            threshold: 1,
            nonce: U256::ZERO,
            modules: vec![],
            guard: None,
            module_guard: None,
            fallback_handler: Some(account(set.fallback_handler())),
            balance: U256::ZERO,
        };
        change(&mut state);
        let handler = if state.modules.is_empty() { HandlerMove::Replaced } else { HandlerMove::Kept };
        state.modules.clear();
        let tx = Migration::to(Deployments::of(to), Flavor::L2, handler).transaction(U256::ZERO);
        let domain = Domain::new(safe, from.version()).unwrap();
        let settings = Settings::merge(&PlaceArgs::default(), &|_| None).unwrap();
        Description::of(&Proposal::new(domain, tx, "").unwrap(), Some(&state), &settings).callouts
    }

    #[test]
    fn a_migration_is_put_into_words() {
        let callouts = migrate(Family::V1_3_0, Family::Quorate, |_| {});
        let [old, new] = [Family::V1_3_0, Family::Quorate].map(Deployments::of);
        let words = [
            vec![
                old.singleton(Flavor::L1).address.to_string(),
                new.singleton(Flavor::L2).address.to_string(),
                "the singleton (L1) of Safe 1.3.0".to_owned(),
                "the singleton (L2) of Quorate".to_owned(),
            ],
            vec![old.fallback_handler().address.to_string(), new.fallback_handler().address.to_string()],
            vec!["from 1.3.0 to 1.5.0".to_owned(), "domain stays the same".to_owned()],
        ];
        assert_eq!(callouts.len(), words.len(), "{callouts:?}");
        for (callout, words) in callouts.iter().zip(words) {
            assert!(callout.contains("MIGRATION") && words.iter().all(|it| callout.contains(it)), "{callout}");
        }
        let callouts = migrate(Family::V1_5_0, Family::Quorate, |_| {}).join("\n");
        assert!(callouts.contains("VERSION() stays 1.5.0"), "{callouts}");
    }

    #[test]
    fn what_a_move_does_to_guards_contract_owners_and_a_kept_handler_is_said() {
        let guard = Address::repeat_byte(8);
        let guarded = |state: &mut SafeState| state.module_guard = Some(Account::keyed(guard));
        let says = |callouts: Vec<String>, words: &str| callouts.iter().any(|it| it.contains(words));
        assert!(says(migrate(Family::Quorate, Family::V1_4_1, guarded), "is not asked any more"));
        assert!(says(migrate(Family::V1_3_0, Family::Quorate, guarded), "decides from then on"));
        assert!(!says(migrate(Family::V1_5_0, Family::Quorate, guarded), "module guard"));

        let contract = Account { code_hash: Some(B256::repeat_byte(1)), ..Account::keyed(Address::repeat_byte(9)) };
        let owned = |state: &mut SafeState| state.owners.push(contract);
        assert!(says(migrate(Family::V1_4_1, Family::Quorate, owned), "is asked for its signature in another way"));
        assert!(!says(migrate(Family::V1_5_0, Family::Quorate, owned), "signature in another way"));

        // Whoever has a module keeps the handler, in this test.
        let kept = |state: &mut SafeState| state.modules.push(contract);
        assert!(says(migrate(Family::Quorate, Family::V1_4_1, kept), "cannot check signatures"));
        assert!(says(migrate(Family::V1_4_1, Family::Quorate, kept), "the fallback handler stays"));
        assert!(!says(migrate(Family::V1_4_1, Family::Quorate, kept), "cannot check signatures"));
    }

    #[test]
    fn another_call_of_a_migration_contract_is_a_delegate_call_as_any_other() {
        let to = Deployments::of(Family::Quorate).migration().address;
        let call =
            BatchCall { operation: Operation::DelegateCall, to, data: vec![1, 2, 3, 4].into(), value: U256::ZERO };
        let callouts = describe(tx(call)).callouts;
        assert!(callouts[0].contains("DELEGATECALL to the address of the migration library"), "{callouts:?}");
    }

    #[test]
    fn batches_in_batches_come_to_an_end() {
        let mut data = encode_multi_send(&[]);
        for _ in 0..10 {
            data = encode_multi_send(&[BatchCall { data, ..BatchCall::default() }]);
        }
        let description = describe(tx(BatchCall { data, ..BatchCall::default() }));
        let mut call = &description.call;
        let mut depth = 0;
        while let Some(inner) = call.batch.first() {
            (call, depth) = (inner, depth + 1);
        }
        assert_eq!(depth, MAX_DEPTH);
        assert!(description.callouts.iter().any(|it| it.contains("is not read")), "{:?}", description.callouts);
    }
}
