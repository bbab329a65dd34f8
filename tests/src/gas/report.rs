//! One run: every row of every family.

use std::collections::BTreeMap;

use quorate_contracts::Family;

use super::{
    Row, Source, World,
    breakdown::{Breakdown, breakdown},
    table::Table,
};

/// The row that is told item by item for every family.
pub const TRANSFER: &str = "transfer 2/3";

/// Everything that was measured in one run.
#[derive(Debug, Default)]
pub struct Report {
    table: Table,
    breakdowns: BTreeMap<(String, Family), Breakdown>,
}

impl Report {
    /// Measures every row of every family on one chain.
    pub async fn measure(source: &Source) -> Self {
        let world = World::start(source).await;
        let mut report = Self::default();
        for row in Row::all() {
            let name = row.to_string();
            for family in Family::ALL {
                // What the page tells. Following every step takes ten times as long as measuring.
                if name == TRANSFER || matches!(family, Family::Quorate | Family::V1_5_0) {
                    if let Some(breakdown) = breakdown(&world, row, family).await {
                        report.table.insert(&name, family, breakdown.gas_used.unsigned_abs());
                        report.breakdowns.insert((name.clone(), family), breakdown);
                    }
                } else if let Some(gas) = world.measure(row, family).await {
                    report.table.insert(&name, family, gas);
                }
            }
        }
        report
    }

    /// Returns the gas of every row.
    pub const fn table(&self) -> &Table {
        &self.table
    }

    /// Returns where the gas of one row goes: of [`TRANSFER`] for every family, of others for Quorate and 1.5.0.
    pub fn breakdown(&self, row: &str, family: Family) -> Option<&Breakdown> {
        self.breakdowns.get(&(row.to_owned(), family))
    }
}
