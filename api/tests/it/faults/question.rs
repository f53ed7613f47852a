//! Questions that cost, each a tabulation of its own, and one that does not.

const TYPES: [&str; 8] =
    ["academy", "maintained", "independent", "college", "special", "aided", "direct-subsidy", "other"];

/// The nth tabulation of 1,968, about one benchmark after another.
pub(super) fn nth(n: usize) -> String {
    about(n % 8 + 1, n / 8)
}

/// The nth of 246 tabulations about a benchmark.
pub(super) fn about(benchmark: usize, n: usize) -> String {
    let set = (0..=255_u32).filter(|set| (2..=7).contains(&set.count_ones())).nth(n).unwrap();
    let chosen: Vec<String> =
        (0..8).filter(|bit| set & (1 << bit) != 0).map(|bit| format!("\"{}\"", TYPES[bit])).collect();
    ask(&format!("benchmarks: [{benchmark}], where: [{{dimension: TYPE, in: [{}]}}]", chosen.join(", ")))
}

/// A standard table, which is free.
pub(super) fn standard() -> String {
    ask("benchmarks: [1]")
}

/// Questions that each stand in the audit by themselves: every third is charged, as long as the budget lasts.
pub(super) fn recorded(number: usize) -> String {
    let (benchmark, which) = (number % 8 + 1, number / 8);
    let narrowed = match number % 3 {
        0 => format!("where: [{{dimension: TYPE, in: [\"academy\", \"{}\"]}}]", TYPES[1 + which % 7]),
        _ => format!(
            "periods: [\"{}T{}\"]",
            ["201718", "201819", "201920", "202021", "202122", "202223"][which % 6],
            1 + which / 6 % 3
        ),
    };
    format!(
        "{{ outcomes(input: {{framework: \"GATSBY-2014\", areas: [\"E12000001\"], benchmarks: [{benchmark}], {narrowed}}}) \
         {{ citation }} }}"
    )
}

fn ask(rest: &str) -> String {
    format!(
        "{{ outcomes(input: {{framework: \"GATSBY-2014\", areas: [\"E12000001\"], {rest}}}) \
         {{ cells {{ institutions achievedShare {{ value }} }} }} }}"
    )
}
