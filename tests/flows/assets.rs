//! Tokens that ask whether the Safe takes them.

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolCall,
};
use anvil_fixtures::{
    Fixtures,
    bindings::{IMintable, ITestMultiToken},
};
use quorate_chain::{Handler, Revert, SendError};
use quorate_contracts::{
    Flavor,
    bindings::{IERC721, IERC1155},
};

use crate::{matrix::each_family, safe::Safe, world::World};

/// Mints the payer an NFT and units of a multi token, all with the id `id`.
async fn mint(world: &World, id: U256) {
    let Fixtures { nft, multi_token, .. } = *Fixtures::get();
    let to = world.payer().address();
    world.send(nft, U256::ZERO, IMintable::mintCall { to, amountOrId: id }.abi_encode()).await;
    let mint = ITestMultiToken::mintCall { to, id, amount: U256::from(100) };
    world.send(multi_token, U256::ZERO, mint.abi_encode()).await;
}

fn nft(from: Address, to: Address, id: U256) -> Vec<u8> {
    IERC721::safeTransferFromCall { from, to, tokenId: id }.abi_encode()
}

fn single(from: Address, to: Address, id: U256, value: u64) -> Vec<u8> {
    IERC1155::safeTransferFromCall { from, to, id, value: U256::from(value), data: Bytes::new() }.abi_encode()
}

fn batch(from: Address, to: Address, id: U256, value: u64) -> Vec<u8> {
    let (ids, values) = (vec![id], vec![U256::from(value)]);
    IERC1155::safeBatchTransferFromCall { from, to, ids, values, data: Bytes::new() }.abi_encode()
}

#[tokio::test]
async fn nfts_and_multi_tokens_come_in_and_go_out() {
    each_family("tokens", |world, family| async move {
        let safe = Safe::create(&world, family, 2, Safe::keys(&world, 3)).await;
        let Fixtures { nft: nft_contract, multi_token, .. } = *Fixtures::get();
        let (id, giver, account) = (safe.token_id(), world.payer().address(), safe.id.address);
        mint(&world, id).await;
        world.send(nft_contract, U256::ZERO, nft(giver, account, id)).await;
        world.send(multi_token, U256::ZERO, single(giver, account, id, 60)).await;
        world.send(multi_token, U256::ZERO, batch(giver, account, id, 40)).await;
        let units = async |holder| world.ask(multi_token, IERC1155::balanceOfCall { account: holder, id }).await;
        assert_eq!(world.ask(nft_contract, IERC721::ownerOfCall { tokenId: id }).await, account);
        assert_eq!(units(account).await, U256::from(100));

        // The receiver is a Safe as well.
        let receiver =
            Safe::create(&World::open(&format!("{id} receiver")).await, family, 1, Safe::keys(&world, 1)).await;
        let receiver = receiver.id.address;
        safe.run(&world, safe.call(&world, nft_contract, U256::ZERO, nft(account, receiver, id)).await).await;
        safe.run(&world, safe.call(&world, multi_token, U256::ZERO, single(account, receiver, id, 10)).await).await;
        safe.run(&world, safe.call(&world, multi_token, U256::ZERO, batch(account, receiver, id, 20)).await).await;
        assert_eq!(world.ask(nft_contract, IERC721::ownerOfCall { tokenId: id }).await, receiver);
        assert_eq!((units(receiver).await, units(account).await), (U256::from(30), U256::from(70)));
    })
    .await;
}

#[tokio::test]
async fn without_a_handler_they_are_not_taken() {
    each_family("no handler", |world, family| async move {
        let owners = Safe::keys(&world, 1);
        let safe = Safe::create_with(&world, family, Flavor::L1, Handler::None, 1, owners).await;
        let Fixtures { nft: nft_contract, multi_token, .. } = *Fixtures::get();
        let (id, giver, account) = (safe.token_id(), world.payer().address(), safe.id.address);
        mint(&world, id).await;
        for (token, data) in [
            (nft_contract, nft(giver, account, id)),
            (multi_token, single(giver, account, id, 60)),
            (multi_token, batch(giver, account, id, 60)),
        ] {
            // The Safe answers with nothing, which is not what the token asks for.
            let error = world.send_as(world.payer(), token, U256::ZERO, data).await.unwrap_err();
            assert!(matches!(error, SendError::Reverts(Revert::Empty)), "{error}");
        }
        // Whoever does not ask, delivers.
        let transfer = IERC721::transferFromCall { from: giver, to: account, tokenId: id }.abi_encode();
        world.send(nft_contract, U256::ZERO, transfer).await;
        let out = IERC721::transferFromCall { from: account, to: giver, tokenId: id }.abi_encode();
        safe.run(&world, safe.call(&world, nft_contract, U256::ZERO, out).await).await;
    })
    .await;
}
