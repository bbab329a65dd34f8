//! What everything costs, and what is wrong with that.

use std::{collections::BTreeMap, fmt};

use quorate_contracts::Family;

use super::{Row, Source, World};

/// Gas by row and family.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Table {
    rows: BTreeMap<String, BTreeMap<Family, u64>>,
}

/// Why a row need not be below all official versions.
struct Exception {
    row: &'static str,
    /// Whose figure may be lower.
    families: &'static [Family],
    /// By how much at most.
    allowance: u64,
}

/// The slot of the module guard is read, cold, before every call of a module. Versions before 1.5.0 have no such guard;
/// without the read a guard that was set would be passed by.
const MODULE_GUARD: u64 = 2_100;

/// The compiler's way through Yul compares a selector with one function after the other, 22 gas each; the older way, by
/// which Safe is compiled, searches by halves. `approveHash` is the nineteenth and does little else, so nothing in it can
/// make up for that.
const DISPATCH: u64 = 120;

const EXCEPTIONS: [Exception; 4] = [
    module_transfer("module transfer"),
    module_transfer("module transfer L2"),
    module_transfer("module transfer, return data"),
    Exception { row: "approve hash", families: &[Family::V1_5_0, Family::V1_4_1, Family::V1_3_0], allowance: DISPATCH },
];

const fn module_transfer(row: &'static str) -> Exception {
    Exception { row, families: &[Family::V1_4_1, Family::V1_3_0], allowance: MODULE_GUARD }
}

impl Table {
    /// Measures every row of every family on one chain.
    pub async fn measure(source: &Source) -> Self {
        let world = World::start(source).await;
        let mut table = Self::default();
        for row in Row::all() {
            for family in Family::ALL {
                if let Some(gas) = world.measure(row, family).await {
                    table.insert(row.to_string(), family, gas);
                }
            }
        }
        table
    }

    /// Adds a figure.
    pub fn insert(&mut self, row: impl Into<String>, family: Family, gas: u64) {
        self.rows.entry(row.into()).or_default().insert(family, gas);
    }

    /// Returns the rows in the order of their names.
    pub fn rows(&self) -> impl Iterator<Item = (&str, &BTreeMap<Family, u64>)> {
        self.rows.iter().map(|(name, figures)| (name.as_str(), figures))
    }

    /// Writes the table as JSON: one row a line, in the order of their names.
    pub fn to_json(&self) -> String {
        let line = |(name, figures): (&str, &BTreeMap<Family, u64>)| {
            let figures: Vec<_> = figures.iter().map(|(family, gas)| format!("\"{family}\": {gas}")).collect();
            format!("  \"{name}\": {{ {} }}", figures.join(", "))
        };
        format!("{{\n{}\n}}\n", self.rows().map(line).collect::<Vec<_>>().join(",\n"))
    }

    /// Reads what [`Table::to_json`] wrote.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        let rows: BTreeMap<String, BTreeMap<Family, u64>> = serde_json::from_str(text)?;
        Ok(Self { rows })
    }

    /// Compares what is measured with what was: a better figure is told too, so that it is kept.
    pub fn compare(&self, snapshot: &Self) -> Vec<Problem> {
        let nothing = BTreeMap::new();
        let names = self.rows.keys().chain(snapshot.rows.keys().filter(|name| !self.rows.contains_key(*name)));
        let mut problems = Vec::new();
        for name in names {
            let [found, expected] = [self, snapshot].map(|table| table.rows.get(name).unwrap_or(&nothing));
            for family in Family::ALL {
                let [found, expected] = [found, expected].map(|figures| figures.get(&family).copied());
                if found != expected {
                    problems.push(Problem::Changed { row: name.clone(), family, expected, found });
                }
            }
        }
        problems
    }

    /// Finds the rows in which Quorate is not below every official version.
    pub fn losses(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (name, figures) in self.rows() {
            let quorate = figures.get(&Family::Quorate).copied().unwrap_or(u64::MAX);
            for (family, official) in figures.iter().filter(|(family, _)| **family != Family::Quorate) {
                let exception = EXCEPTIONS.iter().find(|it| it.row == name && it.families.contains(family));
                if quorate >= official + exception.map_or(0, |exception| exception.allowance) {
                    let row = name.to_owned();
                    problems.push(Problem::NotLower { row, family: *family, official: *official, quorate });
                }
            }
        }
        problems
    }
}

/// What is wrong with a figure.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Problem {
    /// It is not the one of the snapshot.
    Changed {
        /// What was measured.
        row: String,
        /// Whose contracts.
        family: Family,
        /// The figure of the snapshot.
        expected: Option<u64>,
        /// The figure of this run.
        found: Option<u64>,
    },
    /// It is not below that of an official version.
    NotLower {
        /// What was measured.
        row: String,
        /// Whose contracts cost no more.
        family: Family,
        /// What they cost.
        official: u64,
        /// What Quorate costs.
        quorate: u64,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { row, family, expected: Some(expected), found: Some(found) } => {
                let word = if found > expected { "worse" } else { "better" };
                let by = found.abs_diff(*expected);
                write!(f, "{word}: {row} of {family} takes {found} gas, and {expected} in the snapshot ({by} {word})")
            }
            Self::Changed { row, family, expected: None, .. } => {
                write!(f, "new: {row} of {family} is not in the snapshot")
            }
            Self::Changed { row, family, .. } => write!(f, "gone: {row} of {family} is only in the snapshot"),
            Self::NotLower { row, family, official, quorate } => {
                write!(f, "not lower: {row} takes {quorate} gas, and {official} with {family}")
            }
        }
    }
}

/// Reads a figure for a reader: thousands are set apart.
pub(crate) fn grouped(gas: i64) -> String {
    let digits = gas.unsigned_abs().to_string();
    let mut text = String::from(if gas < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(&str, [u64; 4])]) -> Table {
        let mut table = Table::default();
        for (name, figures) in rows {
            for (family, gas) in Family::ALL.into_iter().zip(figures) {
                table.insert(*name, family, *gas);
            }
        }
        table
    }

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let table = table(&[("b", [1, 2, 3, 4]), ("a", [5, 6, 7, 8])]);
        let json = table.to_json();
        assert_eq!(
            json,
            "{\n  \"a\": { \"quorate\": 5, \"1.5.0\": 6, \"1.4.1\": 7, \"1.3.0\": 8 },\n  \
             \"b\": { \"quorate\": 1, \"1.5.0\": 2, \"1.4.1\": 3, \"1.3.0\": 4 }\n}\n"
        );
        assert_eq!(Table::from_json(&json).unwrap(), table);
    }

    #[test]
    fn every_difference_from_the_snapshot_is_told() {
        let snapshot = table(&[("same", [1, 2, 3, 4]), ("worse", [10, 20, 20, 20]), ("better", [10, 20, 20, 20])]);
        let mut found = table(&[("same", [1, 2, 3, 4]), ("worse", [11, 20, 20, 20]), ("better", [9, 20, 20, 20])]);
        assert_eq!(snapshot.compare(&snapshot), []);
        found.insert("new", Family::Quorate, 1);
        let told: Vec<_> = found.compare(&snapshot).iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "better: better of quorate takes 9 gas, and 10 in the snapshot (1 better)",
                "new: new of quorate is not in the snapshot",
                "worse: worse of quorate takes 11 gas, and 10 in the snapshot (1 worse)",
            ]
        );
        let told: Vec<_> = snapshot.compare(&found).iter().map(ToString::to_string).collect();
        assert!(told.contains(&"gone: new of quorate is only in the snapshot".to_owned()), "{told:?}");
    }

    #[test]
    fn a_row_has_to_be_below_each_official_version() {
        assert_eq!(table(&[("row", [9, 10, 10, 10])]).losses(), []);
        for (at, family) in Family::ALL.into_iter().enumerate().skip(1) {
            let mut figures = [10, 11, 11, 11];
            figures[at] = 10;
            let loss = Problem::NotLower { row: "row".to_owned(), family, official: 10, quorate: 10 };
            assert_eq!(table(&[("row", figures)]).losses(), [loss]);
        }
    }

    #[test]
    fn an_exception_is_for_one_reason_and_not_for_more() {
        let losses = |quorate| table(&[("module transfer", [quorate, 5_000, 1_000, 1_000])]).losses().len();
        assert_eq!([losses(3_099), losses(3_100), losses(5_000)], [0, 2, 3]);
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(
            [0, 999, 1_000, 65_314, 1_052_257, -4_800].map(grouped),
            ["0", "999", "1,000", "65,314", "1,052,257", "-4,800"]
        );
    }
}
