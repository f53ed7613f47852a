//! The report: one line per figure, printed as a Markdown table when every attack has told its own.

#![expect(clippy::print_stdout, reason = "a report is for reading")]

use std::{collections::BTreeMap, sync::Mutex};

use crate::support::attacks_run_long;

/// One row of the attack table, in the order of the design. The last ones are no attacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Attack {
    Twins,
    Differencing,
    Repetition,
    Averaging,
    Reconstruction,
    ManyTerms,
    Change,
    Trickle,
    SmallGroups,
    Pooling,
    Collusion,
    Joint,
    JointTokens,
    Provider,
    Insider,
    Active,
    Editions,
    Geography,
    Lasting,
    Aliases,
    Moved,
    Extremes,
    Race,
    Taint,
    Foreign,
    TaintOverReleases,
    Doors,
    InventedCohorts,
    NineBesideOne,
    Usefulness,
}

/// How many attacks tell a figure.
const ATTACKS: usize = Attack::Usefulness as usize + 1;

struct Line {
    figure: String,
    target: String,
    measured: String,
    held: bool,
}

static LINES: Mutex<BTreeMap<Attack, Vec<Line>>> = Mutex::new(BTreeMap::new());

/// The figures of one attack.
pub(super) struct Report {
    attack: Attack,
    lines: Vec<Line>,
}

impl Report {
    pub(super) fn of(attack: Attack) -> Self {
        Self { attack, lines: Vec::new() }
    }

    /// A figure that may not exceed a target.
    pub(super) fn at_most(&mut self, figure: &str, target: f64, measured: f64, detail: &str) {
        self.line(figure, format!("≤ {target:.3}"), format!("{measured:.3}{}", bracketed(detail)), measured <= target);
    }

    /// A figure that may not fall below a target.
    pub(super) fn at_least(&mut self, figure: &str, target: f64, measured: f64, detail: &str) {
        self.line(figure, format!("≥ {target:.3}"), format!("{measured:.3}{}", bracketed(detail)), measured >= target);
    }

    /// Something that must hold.
    pub(super) fn holds(&mut self, figure: &str, target: &str, measured: &str, held: bool) {
        self.line(figure, target.to_owned(), measured.to_owned(), held);
    }

    /// A figure that is told and not judged.
    pub(super) fn also(&mut self, figure: &str, measured: &str) {
        self.line(figure, "told, no target".to_owned(), measured.to_owned(), true);
    }

    fn line(&mut self, figure: &str, target: String, measured: String, held: bool) {
        println!("{:?}: {figure}: {measured} ({target}){}", self.attack, if held { "" } else { " MISSED" });
        self.lines.push(Line { figure: figure.to_owned(), target, measured, held });
    }

    /// Enters the figures into the table, prints it where they are the last ones, and fails where a target is missed.
    pub(super) fn finish(self) {
        let missed: Vec<String> = self
            .lines
            .iter()
            .filter(|line| !line.held)
            .map(|line| format!("{}: {}, target {}", line.figure, line.measured, line.target))
            .collect();
        let mut lines = LINES.lock().unwrap();
        lines.insert(self.attack, self.lines);
        if lines.len() == ATTACKS {
            let table = table(&lines);
            println!("\n{table}");
            let extent = if attacks_run_long() { "long" } else { "short" };
            let file = format!("{}/attacks-{extent}.md", env!("CARGO_TARGET_TMPDIR"));
            std::fs::write(file, table).unwrap();
        }
        drop(lines);
        assert!(missed.is_empty(), "{:?} misses its target: {}", self.attack, missed.join("; "));
    }
}

fn bracketed(detail: &str) -> String {
    if detail.is_empty() { String::new() } else { format!(" ({detail})") }
}

fn table(lines: &BTreeMap<Attack, Vec<Line>>) -> String {
    let mut text = String::from("| attack | target | measured |\n| --- | --- | --- |\n");
    for line in lines.values().flatten() {
        let missed = if line.held { "" } else { " **missed**" };
        text.push_str(&format!("| {} | {} | {}{missed} |\n", line.figure, line.target, line.measured));
    }
    text
}
