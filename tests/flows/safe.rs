//! A Safe and its owners, and the way of a transaction.

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::SolCall,
};
use quorate_chain::{
    ExecuteError, ExecutionResult, Handler, Outcome, ReadError, Revert, SafeSpec, Sender, Standing, confirm,
    create_safe, execute, read_state,
};
use quorate_contracts::{Deployments, Family, Flavor, bindings::IMultisig, calls::exec_call, deployment};
use quorate_core::{
    Digest, Domain, Erc1271Dialect, NotQuorate, Proposal, Quorate, Rejection, SafeId, SafeMessage, SafeState, SafeTx,
    Signature,
};

use crate::{
    event::assert_told,
    owner::{Owner, blob},
    world::World,
};

/// A Safe that a flow made, and whoever owns it.
#[derive(Debug)]
pub(crate) struct Safe {
    pub(crate) id: SafeId,
    pub(crate) domain: Domain,
    pub(crate) family: Family,
    pub(crate) flavor: Flavor,
    pub(crate) threshold: usize,
    pub(crate) owners: Vec<Owner>,
}

impl Safe {
    /// Makes a Safe of the L1 flavour with the handler of its family.
    pub(crate) async fn create(world: &World, family: Family, threshold: usize, owners: Vec<Owner>) -> Self {
        Self::create_with(world, family, Flavor::L1, Handler::OfFamily, threshold, owners).await
    }

    /// Makes a Safe at the address that was predicted for it, and reads that it is what was planned.
    pub(crate) async fn create_with(
        world: &World,
        family: Family,
        flavor: Flavor,
        handler: Handler,
        threshold: usize,
        owners: Vec<Owner>,
    ) -> Self {
        let spec = SafeSpec {
            family,
            flavor,
            copies: Default::default(),
            owners: owners.iter().map(Owner::address).collect(),
            threshold: u64::try_from(threshold).unwrap(),
            fallback_handler: handler,
            salt_nonce: world.number("salt"),
        };
        let plan = spec.plan(world.chain_id()).unwrap();
        let id = SafeId::new(world.chain_id(), plan.address);
        assert_eq!(read_state(world.rpc(), id).await, Err(ReadError::NoCode(id)));

        let created = create_safe(world.payer(), &plan).await.unwrap();
        assert_eq!((created.address, created.state.safe), (plan.address, id));
        assert!(created.tx_hash.is_some() && created.gas_used > 0);
        let state = created.state;
        assert_eq!(state.owners.iter().map(|it| it.address).collect::<Vec<_>>(), spec.owners);
        assert_eq!((state.threshold, state.nonce, state.version), (spec.threshold, U256::ZERO, family.version()));
        let singleton = deployment::identify(state.singleton.code_hash.unwrap()).unwrap();
        assert_eq!((singleton.family, singleton.flavor()), (family, Some(flavor)));
        let expected = match handler {
            Handler::OfFamily => Some(Deployments::of(family).fallback_handler().address),
            Handler::None => None,
            Handler::At(address) => Some(address),
        };
        assert_eq!(state.fallback_handler.map(|it| it.address), expected);
        assert_eq!((state.modules, state.guard, state.module_guard), (vec![], None, None));

        let domain = Domain::new(id, family.version()).unwrap();
        Self { id, domain, family, flavor, threshold, owners }
    }

    /// Returns keys for owners, which sign in turns by EIP-712 and as a personal message.
    pub(crate) fn keys(world: &World, count: usize) -> Vec<Owner> {
        let owner = |index: usize| {
            let key = world.key(&format!("owner {index}"));
            if index.is_multiple_of(2) { Owner::Key(key) } else { Owner::Personal(key) }
        };
        (0..count).map(owner).collect()
    }

    /// Sends wei to the Safe, and the Safe has them.
    pub(crate) async fn fund(&self, world: &World, wei: U256) {
        let before = world.balance(self.id.address).await;
        world.send(self.id.address, wei, Bytes::new()).await;
        assert_eq!(self.state(world).await.balance, before + wei);
    }

    pub(crate) async fn state(&self, world: &World) -> SafeState {
        read_state(world.rpc(), self.id).await.unwrap()
    }

    /// The owners who sign unless the flow says otherwise: the last ones, as many as it takes.
    pub(crate) fn signers(&self) -> &[Owner] {
        &self.owners[self.owners.len() - self.threshold..]
    }

    /// Makes a call at the Safe's next nonce.
    pub(crate) async fn call(&self, world: &World, to: Address, value: U256, data: impl Into<Bytes>) -> SafeTx {
        SafeTx::call(to, value, data.into(), self.state(world).await.nonce)
    }

    /// Proposes a transaction; the contract has to hash it alike.
    pub(crate) async fn propose(&self, world: &World, tx: SafeTx) -> Proposal {
        let question = IMultisig::getTransactionHashCall {
            to: tx.to,
            value: tx.value,
            data: tx.data.clone(),
            operation: tx.operation.into(),
            safeTxGas: tx.safe_tx_gas,
            baseGas: tx.base_gas,
            gasPrice: tx.gas_price,
            gasToken: tx.gas_token,
            refundReceiver: tx.refund_receiver,
            _nonce: tx.nonce,
        };
        let mut proposal = Proposal::new(self.domain, tx, "a flow").unwrap();
        assert_eq!(world.ask(self.id.address, question).await, proposal.hash().hash());
        proposal.attach(self.state(world).await).unwrap();
        proposal
    }

    /// Lets each of `owners` sign a copy of the file on a machine of its own, and merges what comes back.
    pub(crate) fn gather<'a>(&self, proposal: &Proposal, owners: impl IntoIterator<Item = &'a Owner>) -> Proposal {
        let file = proposal.to_json();
        let mut whole = proposal.clone();
        let mut expected = whole.signatures().len();
        for owner in owners {
            let mut copy = Proposal::from_json(file.as_bytes()).unwrap();
            assert_eq!(copy, *proposal);
            copy.sign(owner.sign(copy.hash().digest(), self.dialect())).unwrap();
            let signed = copy.to_json();
            whole.merge(Proposal::from_json(signed.as_bytes()).unwrap()).unwrap();
            expected += 1;
            assert!(whole.signatures().get(owner.address()).is_some());
        }
        assert_eq!(whole.signatures().len(), expected);
        whole
    }

    /// Proposes a transaction, and gathers as many signatures as it takes.
    pub(crate) async fn signed(&self, world: &World, tx: SafeTx) -> Proposal {
        self.gather(&self.propose(world, tx).await, self.signers())
    }

    /// Finds out which signatures count.
    pub(crate) async fn standing(
        &self,
        world: &World,
        proposal: &Proposal,
        executor: Option<Address>,
    ) -> (SafeState, Standing) {
        let state = self.state(world).await;
        let standing = confirm(world.rpc(), &state, proposal.signatures(), executor).await.unwrap();
        let answered = standing.confirmed.len() + standing.rejected.len();
        assert_eq!(answered, proposal.signatures().len(), "every signature counts or does not");
        (state, standing)
    }

    /// Finds out whether a transaction can be executed.
    pub(crate) async fn ready(
        &self,
        world: &World,
        proposal: &Proposal,
        executor: Option<Address>,
    ) -> Result<Quorate, NotQuorate> {
        let (state, standing) = self.standing(world, proposal, executor).await;
        Quorate::new(proposal.tx().clone(), &state, standing.confirmed)
    }

    /// Returns why the only signature of a proposal does not count.
    pub(crate) async fn rejection(&self, world: &World, proposal: &Proposal) -> Rejection {
        let (_, standing) = self.standing(world, proposal, None).await;
        assert_eq!((standing.confirmed.len(), standing.rejected.len()), (0, 1), "{standing:?}");
        standing.rejected[0].1.clone()
    }

    /// Executes what has to be ready: its nonce is used, and the Safe tells the same as the outcome.
    pub(crate) async fn execute_as(&self, world: &World, sender: &Sender, proposal: &Proposal) -> Outcome {
        let before = self.state(world).await;
        let quorate = self.ready(world, proposal, Some(sender.address())).await.unwrap();
        let outcome = execute(sender, &quorate).await.unwrap();
        let receipt = world.receipt(outcome.tx_hash).await;
        assert_eq!(receipt.from, sender.address());
        assert_told(&receipt, self.family, self.flavor, &quorate, before.threshold, &outcome);
        assert_eq!(self.state(world).await.nonce, before.nonce + U256::from(1));
        outcome
    }

    /// Takes a transaction all the way; the payer sends it.
    pub(crate) async fn outcome(&self, world: &World, tx: SafeTx) -> Outcome {
        let proposal = self.signed(world, tx).await;
        self.execute_as(world, world.payer(), &proposal).await
    }

    /// Takes a transaction all the way; it has to succeed.
    pub(crate) async fn run(&self, world: &World, tx: SafeTx) -> Outcome {
        let outcome = self.outcome(world, tx).await;
        assert_eq!(outcome.result, ExecutionResult::Success);
        outcome
    }

    /// Calls a function of the Safe in its own name.
    pub(crate) async fn manage(&self, world: &World, call: impl SolCall) -> Outcome {
        self.run(world, self.call(world, self.id.address, U256::ZERO, call.abi_encode()).await).await
    }

    /// Takes a transaction that has to be ready as far as it goes: nothing is sent, and this is why.
    pub(crate) async fn refusal(&self, world: &World, tx: SafeTx) -> ExecuteError {
        let proposal = self.signed(world, tx).await;
        let quorate = self.ready(world, &proposal, None).await.unwrap();
        let payer = world.payer().address();
        let before = (world.sent(payer).await, self.state(world).await.nonce);
        let error = execute(world.payer(), &quorate).await.unwrap_err();
        let after = (world.sent(payer).await, self.state(world).await.nonce);
        assert_eq!(after, before, "nothing is sent: {error:?}");
        error
    }

    /// Approves a hash on chain as `sender`.
    pub(crate) async fn approve(&self, world: &World, sender: &Sender, hash: B256) {
        let call = IMultisig::approveHashCall { hashToApprove: hash }.abi_encode();
        world.send_as(sender, self.id.address, U256::ZERO, call).await.unwrap();
    }

    /// Shows the contract signatures of `owners`, without the library between: what does it say?
    pub(crate) async fn contract_says(
        &self,
        world: &World,
        tx: &SafeTx,
        signatures: impl IntoIterator<Item = (Address, Signature)>,
    ) -> Result<(), Revert> {
        let data = exec_call(tx, &blob(signatures));
        let answer = world.call(world.payer().address(), self.id.address, data).await?;
        assert!(IMultisig::execTransactionCall::abi_decode_returns(&answer).unwrap());
        Ok(())
    }

    /// Confirms, as an owner of another Safe that asks in `dialect`, by the signatures of this Safe's own owners.
    pub(crate) fn vouch(&self, outer: &Digest, dialect: Erc1271Dialect) -> Signature {
        self.vouch_for(&SafeMessage::nested(outer, dialect))
    }

    /// Confirms a message by the signatures of this Safe's own owners.
    fn vouch_for(&self, message: &SafeMessage) -> Signature {
        let hash = message.hash(&self.domain);
        let sign = |owner: &Owner| {
            let signature = match owner {
                // The handler of 1.3.0 hands on what it was asked, and not the pre-image of its own hash of it.
                Owner::Safe(inner) if self.family == Family::V1_3_0 => inner.vouch_for(message),
                owner => owner.sign(hash.digest(), self.dialect()),
            };
            (owner.address(), signature)
        };
        Signature::Contract { owner: self.id.address, data: blob(self.signers().iter().map(sign)) }
    }

    /// How this Safe asks the contracts that own it.
    pub(crate) fn dialect(&self) -> Erc1271Dialect {
        self.family.version().owner_dialect()
    }

    /// Returns a number that no other Safe has.
    pub(crate) fn token_id(&self) -> U256 {
        keccak256(self.id.address).into()
    }
}
