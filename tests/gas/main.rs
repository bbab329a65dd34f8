//! What everything costs in gas is what is committed, and less than the official contracts take.
//!
//! `scripts/bench gas --write` writes the snapshot and the tables of `docs/gas.md`.
#![allow(clippy::unwrap_used)]

use std::{fs, sync::LazyLock};

use quorate_contracts::Family;
use quorate_tests::gas::{
    PAGE, Report, Row, SNAPSHOT, Source, Table, breakdown::Item, page, report::TRANSFER, repository, table::Problem,
};

const WRITE: &str = "scripts/bench gas --write writes what was measured";

/// One run, which the tests share.
static REPORT: LazyLock<Report> = LazyLock::new(|| block_on(Report::measure(&Source::Frozen)));

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn assert_none(problems: &[Problem], hint: &str) {
    let told: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
    assert!(problems.is_empty(), "{told}{hint}");
}

#[test]
fn no_figure_differs_from_the_snapshot() {
    let text = fs::read_to_string(repository(SNAPSHOT)).unwrap();
    let snapshot = Table::from_json(&text).unwrap();
    assert_none(&REPORT.table().compare(&snapshot), WRITE);
    assert_eq!(text, snapshot.to_json(), "{WRITE}");
}

#[test]
fn every_row_is_below_every_official_version() {
    assert_none(&REPORT.table().losses(), "scripts/bench gas --where ROW tells where the gas goes");
}

#[test]
fn the_page_has_the_tables_of_this_run() {
    let text = fs::read_to_string(repository(PAGE)).unwrap();
    assert_eq!(text, page::fill(&text, &REPORT), "{WRITE}");
}

#[test]
fn a_run_measures_what_the_run_before_did() {
    assert_none(
        &block_on(Table::measure(&Source::Frozen)).compare(REPORT.table()),
        "a figure depends on something that it should not",
    );
}

#[test]
fn every_row_has_a_figure_of_every_family_that_has_it() {
    let table = REPORT.table();
    assert_eq!(table.rows().count(), Row::all().len(), "names are unique");
    for (name, figures) in table.rows() {
        let deployment = name.starts_with("deploy ");
        let expected = match name {
            "module transfer, module guard" => 2,
            _ => 4,
        };
        assert!(figures.len() == expected || deployment, "{name}: {figures:?}");
        assert!(figures.contains_key(&Family::Quorate), "{name}");
    }
}

// What the protocol sets a price for is the same in every family, or the families were not asked for the same.
#[test]
fn a_payment_buys_the_same_from_every_family() {
    let same = [Item::Intrinsic, Item::Calldata, Item::Ecrecover, Item::Call, Item::Sstore];
    let names = [TRANSFER, "transfer 1/1", "transfer 7/12", "transfer, eth_sign", "transfer, pre-approved"];
    for (name, item) in names.into_iter().flat_map(|name| same.map(|item| (name, item))) {
        let told = Family::ALL.into_iter().filter_map(|family| REPORT.breakdown(name, family));
        let gas: Vec<_> = told.map(|breakdown| breakdown.sum(|_, it| it == item)).collect();
        assert_eq!(gas.len(), if name == TRANSFER { 4 } else { 2 });
        assert!(gas.iter().all(|other| *other == gas[0]), "{name}, {item:?}: {gas:?}");
    }
}

// The price list of the protocol, of which the page speaks.
#[test]
fn a_transfer_costs_at_least_its_floor() {
    let transfer = REPORT.breakdown(TRANSFER, Family::Quorate).unwrap();
    let gas = |item| transfer.sum(|_, it| it == item);
    assert_eq!(gas(Item::Intrinsic), 21_000);
    assert_eq!(gas(Item::Ecrecover), 2 * (3_000 + 100));
    assert_eq!(gas(Item::Call), 2_600 + (2_600 + 9_000 - 2_300));
    // Slot 0, the nonce, the threshold, two owners, the guard.
    assert_eq!(gas(Item::Sload), 6 * 2_100);
    assert_eq!(gas(Item::Sstore), 2_900);
    assert_eq!(gas(Item::Log), 3 * 375 + 8 * 32);
    assert_eq!(transfer.items.iter().map(|(.., share)| share.gas).sum::<i64>(), transfer.gas_used);
}
