//! The tables of `docs/gas.md`, written from a measurement.

use quorate_contracts::Family;

use super::{
    Report,
    breakdown::{Breakdown, Item, PROXY},
    report::TRANSFER,
    table::grouped,
};

/// What a word of the page takes from a breakdown.
type Column<'a> = (&'a str, fn(&str, Item) -> bool);

/// The kinds of steps whose price the protocol sets, and which the interface and the storage layout ask for. What is
/// left is code: how the contract does it.
const COLUMNS: [Column<'_>; 8] = [
    ("transaction", |_, item| matches!(item, Item::Intrinsic | Item::Calldata)),
    ("ecrecover", |_, item| item == Item::Ecrecover),
    ("storage", |_, item| matches!(item, Item::Sload | Item::Sstore | Item::Refund)),
    ("calls", |_, item| matches!(item, Item::Call | Item::Account)),
    ("creation", |_, item| item == Item::Create),
    ("events", |_, item| item == Item::Log),
    ("hashes", |_, item| item == Item::Keccak),
    ("code", |_, item| is_code(item)),
];

/// How many of [`ITEMS`] are not code.
const FLOOR: usize = 9;

/// The items of a 2-of-3 payment. The first one that takes a step has it.
const ITEMS: [Column<'_>; 14] = [
    ("the transaction itself", |_, item| item == Item::Intrinsic),
    ("calldata", |_, item| item == Item::Calldata),
    ("two signatures recovered", |_, item| item == Item::Ecrecover),
    ("the proxy's slot 0 and its singleton, both cold", |path, item| {
        path == PROXY && matches!(item, Item::Sload | Item::Call)
    }),
    ("nonce, threshold, two owners and the guard read", |_, item| item == Item::Sload),
    ("the nonce written", |_, item| item == Item::Sstore),
    ("the payment: a cold account, and value", |_, item| item == Item::Call),
    ("the event", |_, item| item == Item::Log),
    ("the hashes, and two places in a mapping", |_, item| item == Item::Keccak),
    ("code of the proxy", |path, _| path == PROXY),
    ("code of the account: stack", |_, item| item == Item::Stack),
    ("code of the account: jumps", |_, item| item == Item::Jump),
    ("code of the account: numbers and bits", |_, item| item == Item::Arithmetic),
    ("code of the account: memory, calldata and the rest", |_, _| true),
];

const fn is_code(item: Item) -> bool {
    matches!(
        item,
        Item::Data | Item::Memory | Item::Arithmetic | Item::Jump | Item::Stack | Item::Environment | Item::End
    )
}

/// Writes the tables of `report` between the markers of `page`, and leaves everything else as it is.
///
/// # Panics
///
/// If a marker is missing.
pub fn fill(page: &str, report: &Report) -> String {
    let tables = [("rows", rows(report)), ("items", items(report)), ("shares", shares(report))];
    tables.into_iter().fold(page.to_owned(), |page, (name, table)| {
        let [start, end] = [format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->")];
        let (before, rest) = page.split_once(&start).unwrap_or_else(|| panic!("the page has no {start}"));
        let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("the page has no {end}"));
        format!("{before}{start}\n{table}\n{end}{after}")
    })
}

/// Every row beside the official versions.
fn rows(report: &Report) -> String {
    let mut text = head(&["", "Quorate", "1.5.0", "1.4.1", "1.3.0", "below 1.5.0"]);
    for (name, figures) in report.table().rows() {
        let figure = |family| figures.get(&family).map(|gas| i64::try_from(*gas).unwrap());
        let [quorate, newest, ..] = Family::ALL.map(figure);
        let below = quorate.zip(newest).map(|(quorate, newest)| newest - quorate);
        let cells: Vec<_> = Family::ALL.into_iter().map(figure).chain([below]).map(cell).collect();
        text += &format!("| {name} | {} |\n", cells.join(" | "));
    }
    text
}

/// A 2-of-3 payment item by item.
fn items(report: &Report) -> String {
    let mut text = head(&[TRANSFER, "Quorate", "1.5.0", "1.4.1", "1.3.0"]);
    let breakdowns = Family::ALL.map(|family| report.breakdown(TRANSFER, family).expect("every family pays"));
    let mut line = |name: &str, gas: &dyn Fn(&Breakdown) -> i64| {
        let cells = breakdowns.map(|breakdown| grouped(gas(breakdown)));
        text += &format!("| {name} | {} |\n", cells.join(" | "));
    };
    let place = |path: &str, item: Item| ITEMS.iter().position(|(_, takes)| takes(path, item));
    for (at, (name, _)) in ITEMS.iter().enumerate() {
        if at == FLOOR {
            line("**the floor**", &|it| it.sum(|path, item| place(path, item).is_some_and(|place| place < FLOOR)));
        }
        line(name, &|it| it.sum(|path, item| place(path, item) == Some(at)));
    }
    line("**in all**", &|breakdown| breakdown.gas_used);
    text
}

/// Where Quorate's gas goes, row by row, and how much of it is code.
fn shares(report: &Report) -> String {
    let mut titles = vec![""];
    titles.extend(COLUMNS.map(|(title, _)| title));
    titles.extend(["in all", "code of 1.5.0"]);
    let mut text = head(&titles);
    for (name, _) in report.table().rows() {
        let breakdown = |family| report.breakdown(name, family);
        let Some(quorate) = breakdown(Family::Quorate) else { continue };
        let code = |breakdown: &Breakdown| breakdown.sum(|_, item| is_code(item));
        let shares = COLUMNS.map(|(_, takes)| Some(quorate.sum(takes)).filter(|gas| *gas != 0));
        let last = [Some(quorate.gas_used), breakdown(Family::V1_5_0).map(code)];
        let cells: Vec<_> = shares.into_iter().chain(last).map(cell).collect();
        text += &format!("| {name} | {} |\n", cells.join(" | "));
    }
    text
}

fn head(titles: &[&str]) -> String {
    let rule: Vec<_> = titles.iter().enumerate().map(|(at, _)| if at == 0 { "---" } else { "---:" }).collect();
    format!("| {} |\n|{}|\n", titles.join(" | "), rule.join("|"))
}

fn cell(gas: Option<i64>) -> String {
    gas.map_or_else(|| "–".to_owned(), grouped)
}
