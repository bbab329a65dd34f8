//! Any number of owners, any threshold.

use std::fmt;

use alloy::primitives::{Bytes, U256, utils::parse_ether};
use quorate_chain::Handler;
use quorate_contracts::{Family, Flavor};
use quorate_core::NotQuorate;

use crate::{matrix::each, safe::Safe};

/// Thresholds and numbers of owners.
const SHAPES: [(usize, usize); 9] = [(1, 1), (1, 2), (2, 2), (2, 3), (3, 4), (3, 5), (5, 10), (7, 12), (30, 30)];

/// Those that also run with full events.
const SHAPES_L2: [(usize, usize); 3] = [(1, 1), (2, 3), (30, 30)];

struct Case {
    threshold: usize,
    owners: usize,
    family: Family,
    flavor: Flavor,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-of-{} {} {}", self.threshold, self.owners, self.family, self.flavor)
    }
}

fn cases() -> impl Iterator<Item = Case> {
    let shapes = SHAPES.map(|shape| (shape, Flavor::L1)).into_iter().chain(SHAPES_L2.map(|shape| (shape, Flavor::L2)));
    shapes
        .flat_map(|((threshold, owners), flavor)| Family::ALL.map(|family| Case { threshold, owners, family, flavor }))
}

#[tokio::test]
async fn every_shape_pays_on_every_family() {
    each("shape", cases(), |world, case| async move {
        let Case { threshold, owners, family, flavor } = case;
        let owners = Safe::keys(&world, owners);
        let safe = Safe::create_with(&world, family, flavor, Handler::OfFamily, threshold, owners).await;
        let [ether, payment] = ["1", "0.4"].map(|amount| parse_ether(amount).unwrap());
        safe.fund(&world, ether).await;
        let receiver = world.address("receiver");
        let proposal = safe.propose(&world, safe.call(&world, receiver, payment, Bytes::new()).await).await;

        // One signature short it is not ready.
        let short = safe.gather(&proposal, &safe.signers()[1..]);
        let missing = NotQuorate::Missing { confirmed: threshold - 1, threshold: u64::try_from(threshold).unwrap() };
        assert_eq!(safe.ready(&world, &short, None).await, Err(missing));

        let proposal = safe.gather(&short, &safe.signers()[..1]);
        let outcome = safe.execute_as(&world, world.payer(), &proposal).await;
        assert_eq!(outcome.payment, U256::ZERO);
        assert_eq!(world.balance(receiver).await, payment);
        assert_eq!(world.balance(safe.id.address).await, ether - payment);
    })
    .await;
}

#[tokio::test]
async fn more_signatures_than_it_takes_are_no_harm() {
    each("surplus", Family::ALL, |world, family| async move {
        let safe = Safe::create(&world, family, 2, Safe::keys(&world, 5)).await;
        let proposal =
            safe.propose(&world, safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await).await;
        let proposal = safe.gather(&proposal, &safe.owners);
        let quorate = safe.ready(&world, &proposal, None).await.unwrap();
        assert_eq!((proposal.signatures().len(), quorate.blob().len()), (5, 2 * 65));
        safe.execute_as(&world, world.payer(), &proposal).await;
    })
    .await;
}
