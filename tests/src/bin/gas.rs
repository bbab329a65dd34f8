//! What everything costs in gas, beside the official contracts; `scripts/bench gas` runs it.
#![allow(clippy::print_stderr, clippy::print_stdout, clippy::unwrap_used)]

use std::{collections::BTreeMap, env, fs, path::PathBuf, process::ExitCode};

use quorate_contracts::{Family, Kind};
use quorate_tests::gas::{
    PAGE, Report, Row, SNAPSHOT, Source, Table, World,
    breakdown::{Breakdown, Item, Share, breakdown},
    contracts,
    lines::Lines,
    page, repository,
};

const USAGE: &str = "\
usage: scripts/bench gas [--write] [--out DIR] [--where ROW [--lines]]

  (nothing)     measures every row, and compares with contracts/snapshots/gas.json; 1 when a figure differs
                or a row is not below every official version
  --write       writes the snapshot and the tables of docs/gas.md
  --where ROW   tells where the gas of one row goes, by what is called and by the kind of its steps
  --lines       and by line of Quorate's sources; needs --out
  --out DIR     takes Quorate's code from what forge compiled into DIR, not from the frozen artifacts";

/// How many lines are shown.
const LINES: usize = 60;

/// What is asked for.
#[derive(Debug, Default)]
struct Arguments {
    write: bool,
    out: Option<PathBuf>,
    row: Option<String>,
    lines: bool,
}

impl Arguments {
    fn parse(mut words: impl Iterator<Item = String>) -> Option<Self> {
        let mut arguments = Self::default();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--write" => arguments.write = true,
                "--lines" => arguments.lines = true,
                "--out" => arguments.out = Some(words.next()?.into()),
                "--where" => arguments.row = Some(words.next()?),
                _ => return None,
            }
        }
        let understood = !(arguments.lines && (arguments.out.is_none() || arguments.row.is_none()))
            && !(arguments.write && (arguments.out.is_some() || arguments.row.is_some()));
        understood.then_some(arguments)
    }
}

fn main() -> ExitCode {
    let Some(arguments) = Arguments::parse(env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let source = arguments.out.clone().map_or(Source::Frozen, Source::Out);
    runtime.block_on(async {
        match arguments.row {
            Some(name) => tell(&name, &source, arguments.lines).await,
            None if arguments.write => write(&Report::measure(&source).await),
            None => compare(&Table::measure(&source).await),
        }
    })
}

/// Writes the snapshot and the tables of the page.
fn write(report: &Report) -> ExitCode {
    let [snapshot, page] = [SNAPSHOT, PAGE].map(repository);
    fs::create_dir_all(snapshot.parent().unwrap()).unwrap();
    fs::write(&snapshot, report.table().to_json()).unwrap();
    let text = fs::read_to_string(&page).unwrap();
    fs::write(&page, page::fill(&text, report)).unwrap();
    compare(report.table())
}

/// Prints every row, and what is wrong with it.
fn compare(table: &Table) -> ExitCode {
    println!("{:<32}{}", "gas", Family::ALL.map(|family| format!("{family:>11}")).concat());
    for (name, figures) in table.rows() {
        let figure = |family| figures.get(&family).map_or_else(|| "-".to_owned(), ToString::to_string);
        println!("{name:<32}{}", Family::ALL.map(|family| format!("{:>11}", figure(family))).concat());
    }

    let expected =
        fs::read_to_string(repository(SNAPSHOT)).map(|text| Table::from_json(&text).unwrap()).unwrap_or_default();
    let problems = [table.compare(&expected), table.losses()].concat();
    for problem in &problems {
        println!("{problem}");
    }
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Tells where the gas of one row goes.
async fn tell(name: &str, source: &Source, lines: bool) -> ExitCode {
    let Some(row) = Row::all().into_iter().find(|row| row.to_string() == name) else {
        let names: Vec<_> = Row::all().iter().map(ToString::to_string).collect();
        eprintln!("error: there is no row `{name}`\nhint: the rows are:\n  {}", names.join("\n  "));
        return ExitCode::from(2);
    };
    let world = World::start(source).await;
    let mut columns = Vec::new();
    for family in Family::ALL {
        columns.push(breakdown(&world, row, family).await);
    }
    show_items(&columns);
    if let (true, Source::Out(out), Some(quorate)) = (lines, source, &columns[0]) {
        for (kind, places) in &quorate.places {
            show_lines(out, *kind, places);
        }
    }
    ExitCode::SUCCESS
}

/// Prints the items of all families beside each other.
fn show_items(columns: &[Option<Breakdown>]) {
    let items = || columns.iter().flatten().flat_map(|breakdown| &breakdown.items);
    let mut paths: Vec<&str> = Vec::new();
    for (path, ..) in items() {
        if !paths.contains(&path.as_str()) {
            paths.push(path);
        }
    }
    println!("{:<24}{}", "gas", Family::ALL.map(|family| format!("{:>18}", family.as_str())).concat());
    for path in paths {
        println!("{path}");
        let mut kinds: Vec<Item> = items().filter(|(of, ..)| of == path).map(|(_, item, _)| *item).collect();
        kinds.sort();
        kinds.dedup();
        for kind in kinds {
            let cell = |column: &Option<Breakdown>| {
                let share = column.iter().flat_map(|it| &it.items).find(|(of, item, _)| of == path && *item == kind);
                share.map_or_else(
                    || format!("{:>18}", "-"),
                    |(_, _, share)| format!("{:>11} {:>6}", share.gas, format!("×{}", share.count)),
                )
            };
            println!("  {:<22}{}", format!("{kind:?}"), columns.iter().map(cell).collect::<String>());
        }
    }
    let total = |column: &Option<Breakdown>| column.as_ref().map_or(0, |breakdown| breakdown.gas_used);
    println!("{:<24}{}", "in all", columns.iter().map(|it| format!("{:>11}       ", total(it))).collect::<String>());
}

/// Prints the dearest lines of one contract.
fn show_lines(out: &std::path::Path, kind: Kind, places: &BTreeMap<usize, Share>) {
    let Some(name) = contracts::name(kind) else { return };
    let lines = Lines::read(out, name);
    let mut gas: BTreeMap<_, Share> = BTreeMap::new();
    for (pc, share) in places {
        let sum = gas.entry(lines.at(*pc)).or_default();
        sum.count += share.count;
        sum.gas += share.gas;
    }
    let mut gas: Vec<_> = gas.into_iter().collect();
    gas.sort_by_key(|(_, share)| -share.gas);
    println!("\n{name}: gas, steps, line");
    for (place, share) in gas.iter().take(LINES) {
        let place =
            place.map_or_else(|| "the compiler".to_owned(), |(path, line, text)| format!("{path}:{line}  {text}"));
        println!("{:>8} {:>6}  {place}", share.gas, share.count);
    }
}
