//! One flow in many cases.

use std::{collections::HashMap, fmt, future::Future};

use quorate_contracts::Family;
use tokio::task::JoinSet;

use crate::world::World;

/// Runs `flow` for every case, side by side, and names the cases that fail.
///
/// `test` is part of the seed of every key, so that no two tests make the same Safe.
pub(crate) async fn each<C, F>(test: &str, cases: impl IntoIterator<Item = C>, flow: impl Fn(World, C) -> F)
where
    C: fmt::Debug,
    F: Future<Output = ()> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    let mut names = HashMap::new();
    for case in cases {
        let name = format!("{test} {case:?}");
        let world = World::open(&name).await;
        names.insert(tasks.spawn(flow(world, case)).id(), name);
    }
    assert!(!names.is_empty(), "a test without cases proves nothing");
    let mut failed = Vec::new();
    while let Some(done) = tasks.join_next_with_id().await {
        if let Err(error) = done {
            failed.push(names[&error.id()].as_str());
        }
    }
    assert!(failed.is_empty(), "{} of {} cases failed: {failed:#?}", failed.len(), names.len());
}

/// Runs `flow` on the contracts of every family.
pub(crate) async fn each_family<F>(test: &str, flow: impl Fn(World, Family) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    each(test, Family::ALL, flow).await;
}
