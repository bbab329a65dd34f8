//! How much a flow asks of a node.

use alloy::primitives::U256;
use quorate_chain::{SafeSpec, confirm, create_safe, execute, read_state};
use quorate_contracts::{Family, Flavor};
use quorate_core::{Proposal, Quorate, SafeTx};

use crate::{owner::Owner, safe::Safe, world::World};

#[tokio::test]
async fn a_transaction_takes_few_requests() {
    let world = World::alone("requests").await;
    let requests = || world.rpc().usage().requests;
    let inner = Safe::create(&world, Family::Quorate, 1, Safe::keys(&world, 1)).await;
    let owners = [Owner::Key(world.key("owner")), Owner::Safe(Box::new(inner))];
    let spec = SafeSpec {
        family: Family::Quorate,
        flavor: Flavor::L1,
        copies: Default::default(),
        owners: owners.iter().map(Owner::address).collect(),
        threshold: 2,
        fallback_handler: Default::default(),
        salt_nonce: U256::ZERO,
    };
    let plan = spec.plan(world.chain_id()).unwrap();

    let start = requests();
    let safe = create_safe(world.payer(), &plan).await.unwrap().state.safe;
    assert!((2..=3).contains(&(requests() - start)), "create took {}", requests() - start);
    let start = requests();
    create_safe(world.payer(), &plan).await.unwrap();
    assert_eq!(requests() - start, 1, "nothing is left to create");

    let start = requests();
    let state = read_state(world.rpc(), safe).await.unwrap();
    assert_eq!(requests() - start, 1, "a state is read at once");
    let tx = SafeTx::call(world.address("target"), U256::ZERO, vec![1].into(), state.nonce);
    let mut proposal = Proposal::new(state.domain().unwrap(), tx, "").unwrap();
    let dialect = state.version.owner_dialect();

    proposal.sign(owners[0].sign(proposal.hash().digest(), dialect)).unwrap();
    let start = requests();
    confirm(world.rpc(), &state, proposal.signatures(), None).await.unwrap();
    assert_eq!(requests() - start, 0, "keys need no chain");
    proposal.sign(owners[1].sign(proposal.hash().digest(), dialect)).unwrap();
    let standing = confirm(world.rpc(), &state, proposal.signatures(), None).await.unwrap();
    assert_eq!(requests() - start, 1, "contracts are asked at once");

    let quorate = Quorate::new(proposal.tx().clone(), &state, standing.confirmed).unwrap();
    let start = requests();
    execute(world.payer(), &quorate).await.unwrap();
    assert!((2..=4).contains(&(requests() - start)), "execute took {}", requests() - start);
}
