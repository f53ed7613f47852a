//! Random questions: what each format tells is what the answer in JSON tells.

use std::collections::BTreeMap;

use api::export::Format;
use parquet::{
    file::reader::{FileReader, SerializedFileReader},
    record::Field,
};

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::take;
use crate::support::{Engine, LEP, PARTNER, Service};

/// How many questions are made up for each who asks.
const QUESTIONS: u64 = 16;

/// The earlier period that changes are asked from.
const SINCE: &str = "202223T3";

/// What is told of a figure.
#[derive(Debug, Clone, PartialEq, Default)]
struct Told {
    value: Option<f64>,
    standard_error: Option<f64>,
    bound: Option<String>,
    status: String,
    reason: Option<String>,
    institutions: Option<i64>,
    /// The official figure beside: its value, and its status.
    official: (Option<f64>, Option<String>),
}

/// The figures of a table, by what they are about and what they measure.
type Figures = BTreeMap<(Vec<String>, String), Told>;

/// A question, with what its answer is about beside area and time.
struct Asked {
    input: String,
    by: Vec<&'static str>,
    part: &'static str,
    changes: bool,
    /// Whether an official figure is to stand beside.
    beside: bool,
}

/// The indicator that stands beside.
const OFFICIAL: &str = "NEET_percent";

struct Inventor(u64);

impl Inventor {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
    }

    fn some<'a>(&mut self, all: &[&'a str], most: usize) -> Vec<&'a str> {
        let wanted = self.below(most + 1);
        let first = self.below(all.len());
        let mut found: Vec<&str> = (0..wanted.min(all.len())).map(|at| all[(first + at) % all.len()]).collect();
        found.sort_by_key(|one| all.iter().position(|own| own == one));
        found
    }

    fn question(&mut self) -> Asked {
        const DIMENSIONS: [&str; 5] = ["PHASE", "TYPE", "DISADVANTAGE", "SIZE", "SETTING"];
        let mapped = self.below(4) == 0;
        let framework = if mapped { "HKBM-2019" } else { "GATSBY-2014" };
        let kinds = ["", ", areaKind: REGION", ", areaKind: LEP", ", areaKind: LOCAL_AUTHORITY"];
        let kind = kinds[self.below(kinds.len())];
        let by = self.some(&DIMENSIONS, 1);
        let periods = self.some(&["202223T3", "202324T1", "202324T2", "202324T3"], 2);
        let periods = if periods.is_empty() { "202324T3".to_owned() } else { periods.join("\", \"") };
        let benchmarks = self.some(&["1", "2", "3", "5", "8"], 3);
        let benchmarks =
            if benchmarks.is_empty() { String::new() } else { format!(", benchmarks: [{}]", benchmarks.join(", ")) };
        let filter = if self.below(4) == 0 && by != ["SIZE"] {
            ", where: [{dimension: SIZE, in: [\"large\", \"medium\"]}]"
        } else {
            ""
        };
        let reconcile = if self.below(3) == 0 && !by.is_empty() { ", reconcile: true" } else { "" };
        let part = ["cells", "totals", "overall"][self.below(3)];
        let changes = part != "overall" && self.below(2) == 0;
        let mapped = if mapped { ", mapped: true" } else { "" };
        let input = format!(
            "{{framework: \"{framework}\", areas: [\"E92000001\"]{kind}, periods: [\"{periods}\"]{benchmarks}, by: [{}]{filter}{reconcile}{mapped}}}",
            by.join(", ")
        );
        let beside = self.below(2) == 0;
        Asked { input, by, part, changes, beside }
    }
}

fn told(estimate: &Value, institutions: &Value, official: &Value) -> Told {
    let text = |name: &str| estimate[name].as_str().map(str::to_owned);
    Told {
        value: estimate["value"].as_f64(),
        standard_error: estimate["standardError"].as_f64(),
        bound: text("bound"),
        status: text("status").unwrap(),
        reason: text("reason"),
        institutions: institutions.as_i64(),
        official: (official["value"].as_f64(), official["status"].as_str().map(str::to_owned)),
    }
}

/// What the answer tells, as the files name it.
fn of_answer(table: &Value, asked: &Asked) -> Figures {
    let mut figures = Figures::new();
    let lists: &[&str] = match asked.part {
        "totals" => &["cells", "totals"],
        part => &[part],
    };
    for cell in lists.iter().flat_map(|list| table[*list].as_array().unwrap()) {
        let mut key = vec![text(&cell["area"]["code"]), text(&cell["period"]["code"])];
        if asked.part != "overall" {
            key.push(cell["benchmark"]["number"].to_string());
        }
        for dimension in &asked.by {
            let categories = cell["categories"].as_array().unwrap();
            let found = categories.iter().find(|category| category["dimension"] == *dimension);
            key.push(found.map_or("total".to_owned(), |category| text(&category["code"])));
        }
        let mut add = |name: &str, estimate: &Value| {
            let before = figures
                .insert((key.clone(), name.to_owned()), told(estimate, &cell["institutions"], &cell["official"]));
            assert!(before.is_none(), "{key:?} twice");
        };
        if asked.part == "overall" {
            add("mean_achieved", &cell["meanAchieved"]);
            add("share_with_all", &cell["shareWithAll"]);
            for (bin, share) in cell["distribution"].as_array().unwrap().iter().enumerate() {
                add(&format!("share_with_{bin}"), share);
            }
            for (name, quartile) in [("lower_quartile", "lower"), ("median", "median"), ("upper_quartile", "upper")] {
                add(name, &cell["quartiles"][quartile]);
            }
        } else {
            add("achieved", &cell["achieved"]);
            add("achieved_share", &cell["achievedShare"]);
            add("mean_score", &cell["meanScore"]);
        }
        if asked.changes {
            add("achieved_share_change_since_202223t3", &cell["change"]["achievedShare"]);
            add("mean_score_change_since_202223t3", &cell["change"]["meanScore"]);
        }
    }
    figures
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The columns that say what a line is about.
fn keys(asked: &Asked) -> Vec<String> {
    let mut keys = vec!["area_code".to_owned(), "period".to_owned()];
    if asked.part != "overall" {
        keys.push("benchmark".to_owned());
    }
    keys.extend(asked.by.iter().map(|dimension| dimension.to_lowercase()));
    keys
}

/// From lines of named texts, as CSV has them.
fn of_lines(lines: impl Iterator<Item = BTreeMap<String, String>>, keys: &[String]) -> Figures {
    let figures = lines.map(|line| {
        let key = keys.iter().map(|name| line[name].clone()).collect();
        let some = |name: &str| line.get(name).filter(|text| !text.is_empty()).cloned();
        let number = |name: &str| some(name).map(|text| text.parse().unwrap_or_else(|_| panic!("{name}: {text}")));
        let told = Told {
            value: number("value"),
            standard_error: number("standard_error"),
            bound: some("bound"),
            status: line["status"].clone(),
            reason: some("reason"),
            institutions: some("institutions").map(|text| text.parse().unwrap()),
            official: (number("official_value"), some("official_status")),
        };
        ((key, line["measure"].clone()), told)
    });
    let all: Vec<_> = figures.collect();
    let found: Figures = all.iter().cloned().collect();
    assert_eq!(found.len(), all.len(), "no line stands twice");
    found
}

fn lines_of_csv(body: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(body);
    let heads = reader.headers().unwrap().clone();
    let line = |line: csv::StringRecord| {
        heads.iter().map(str::to_owned).zip(line.iter().map(str::to_owned)).collect::<BTreeMap<_, _>>()
    };
    reader.records().map(|found| line(found.unwrap())).collect()
}

fn lines_of_json(body: &[u8]) -> Vec<BTreeMap<String, String>> {
    let table: Value = serde_json::from_slice(body).unwrap();
    let names: Vec<&str> =
        table["schema"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    let plain = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let line = |line: &Value| {
        let values = line.as_array().unwrap().iter().map(plain);
        names.iter().map(|name| (*name).to_owned()).zip(values).collect()
    };
    table["data"].as_array().unwrap().iter().map(line).collect()
}

fn lines_of_parquet(body: Vec<u8>) -> Vec<BTreeMap<String, String>> {
    let reader = SerializedFileReader::new(bytes::Bytes::from(body)).unwrap();
    let plain = |field: &Field| match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Long(number) => number.to_string(),
        Field::Double(number) => number.to_string(),
        Field::Bool(flag) => flag.to_string(),
        other => panic!("{other:?}"),
    };
    let rows = reader.get_row_iter(None).unwrap();
    rows.map(|row| row.unwrap().get_column_iter().map(|(name, field)| (name.clone(), plain(field))).collect()).collect()
}

/// SDMX-CSV under the names of the tidy columns.
fn lines_of_sdmx(body: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut lines = lines_of_csv(body);
    for line in &mut lines {
        let mut take = |from: &str| line.remove(from).unwrap();
        let (area, time, measure) = (take("REF_AREA"), take("TIME_PERIOD"), take("MEASURE"));
        let (value, error) = (take("OBS_VALUE"), take("STANDARD_ERROR"));
        let (bound, reason, institutions) = (take("BOUND"), take("REASON"), take("INSTITUTIONS"));
        let status = match (take("OBS_STATUS").as_str(), take("CONF_STATUS").as_str()) {
            ("A", "F") => "OK",
            ("U", "F") => "UNRELIABLE",
            ("Q", "A" | "G" | "D" | "N") => "CONFIDENTIAL",
            ("M", "F") => "NOT_APPLICABLE",
            ("L", "F") => "NOT_AVAILABLE",
            ("N", "F") => "ROUNDS_TO_ZERO",
            other => panic!("{other:?}"),
        };
        let year: u32 = time[..4].parse().unwrap();
        let period = format!("{year}{:02}{}", (year + 1) % 100, &time[5..]);
        let rest: BTreeMap<String, String> =
            line.iter().map(|(name, text)| (name.to_lowercase(), text.replace("_T", "total"))).collect();
        *line = rest;
        if line.get("official_value").is_some_and(|text| text == "NaN") {
            line.insert("official_value".to_owned(), String::new());
        }
        for (name, text) in [
            ("area_code", area),
            ("period", period),
            ("measure", measure.to_lowercase()),
            ("value", if value == "NaN" { String::new() } else { value }),
            ("standard_error", error),
            ("bound", bound),
            ("reason", reason),
            ("institutions", institutions),
            ("status", status.to_owned()),
        ] {
            line.insert(name.to_owned(), text);
        }
    }
    lines
}

fn of_jsonstat(body: &[u8]) -> Figures {
    let cube: Value = serde_json::from_slice(body).unwrap();
    let ids: Vec<String> = cube["id"].as_array().unwrap().iter().map(text).collect();
    let codes: Vec<Vec<String>> = ids
        .iter()
        .map(|id| cube["dimension"][id]["category"]["index"].as_array().unwrap().iter().map(text).collect())
        .collect();
    let sizes: Vec<usize> = codes.iter().map(Vec::len).collect();
    assert_eq!(cube["size"], json!(sizes));
    let values = cube["value"].as_array().unwrap();
    assert_eq!(values.len(), sizes.iter().product::<usize>());
    let metrics = codes.last().unwrap();
    let mut figures = Figures::new();
    for (row, numbers) in values.chunks(metrics.len()).enumerate() {
        let (mut rest, mut key) = (row, Vec::new());
        for codes in codes[..codes.len() - 1].iter().rev() {
            key.insert(0, codes[rest % codes.len()].clone());
            rest /= codes.len();
        }
        let beside = metrics.iter().position(|metric| *metric == format!("official_{OFFICIAL}"));
        let official = beside.map_or((None, None), |at| {
            let value = numbers[at].as_f64();
            let status = cube["status"].get((row * metrics.len() + at).to_string()).map(text);
            (value, status.or(value.map(|_| "PUBLISHED".to_owned())))
        });
        for (at, metric) in metrics.iter().enumerate() {
            let ends = ["_standard_error", "_lower_95", "_upper_95"];
            if metric == "institutions"
                || metric.starts_with("official_")
                || ends.iter().any(|end| metric.ends_with(end))
            {
                continue;
            }
            let status = cube["status"].get((row * metrics.len() + at).to_string()).map_or("OK".to_owned(), text);
            let (status, more) = status
                .split_once(':')
                .map_or((status.as_str(), None), |(status, more)| (status, Some(more.to_owned())));
            let (bound, reason) = match more {
                Some(more) if more.starts_with("AT_") => (Some(more), None),
                other => (None, other),
            };
            let told = Told {
                value: numbers[at].as_f64(),
                standard_error: numbers[at + 1].as_f64(),
                bound,
                status: status.to_owned(),
                reason,
                institutions: numbers[0].as_i64(),
                official: official.clone(),
            };
            figures.insert((key.clone(), metric.clone()), told);
        }
    }
    figures
}

/// Of the distribution, a file tells also that there is none.
fn without_empty_bins(figures: Figures, expected: &Figures) -> Figures {
    let of_bin = |name: &str| name.strip_prefix("share_with_").is_some_and(|bin| bin.parse::<u8>().is_ok());
    let keep = |key: &(Vec<String>, String), told: &Told| {
        let extra = of_bin(&key.1) && !expected.contains_key(key);
        assert!(!extra || told.value.is_none());
        !extra
    };
    figures.into_iter().filter(|(key, told)| keep(key, told)).collect()
}

#[tokio::test]
async fn every_format_tells_what_the_answer_tells() {
    let service = Service::filled(Engine::Sqlite).await;
    let (mut compared, mut seen) = (0, BTreeMap::<String, usize>::new());
    for (organisation, salt) in [(LEP, 1), (PARTNER, 2)] {
        let mut inventor = Inventor(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(salt));
        for _ in 0..QUESTIONS {
            let asked = inventor.question();
            let change = if asked.changes {
                format!("change(since: \"{SINCE}\") {{ achievedShare {{ ...E }} meanScore {{ ...E }} }}")
            } else {
                String::new()
            };
            let official = if asked.beside {
                format!("official(indicator: \"{OFFICIAL}\") {{ value status }}")
            } else {
                String::new()
            };
            let cell = format!(
                "{official} area {{ code }} period {{ code }} benchmark {{ number }} categories {{ dimension code }} institutions \
                 achieved {{ ...E }} achievedShare {{ ...E }} meanScore {{ ...E }} {change}"
            );
            let lists = match asked.part {
                "cells" => format!("cells {{ {cell} }}"),
                "totals" => format!("cells {{ {cell} }} totals {{ {cell} }}"),
                _ => format!(
                    "overall {{ {official} area {{ code }} period {{ code }} categories {{ dimension code }} institutions \
                     meanAchieved {{ ...E }} shareWithAll {{ ...E }} distribution {{ ...E }} \
                     quartiles {{ lower {{ ...E }} median {{ ...E }} upper {{ ...E }} }} }}"
                ),
            };
            let query = format!(
                "{{ outcomes(input: {}) {{ citation {lists} }} }} fragment E on Estimate {{ value standardError bound status reason }}",
                asked.input
            );
            let answer = service.ask(Some(organisation), &query).await;
            if answer.json().get("errors").is_some() {
                continue;
            }
            let table = answer.data()["outcomes"].take();
            let expected = of_answer(&table, &asked);
            let keys = keys(&asked);
            let since = if asked.changes { format!("&since={SINCE}") } else { String::new() };
            let beside = if asked.beside { format!("&official={OFFICIAL}") } else { String::new() };
            let address = |format: Format| {
                format!(
                    "{}.{}?part={}{since}{beside}",
                    table["citation"].as_str().unwrap(),
                    format.ending(),
                    asked.part
                )
            };
            for format in [Format::Csv, Format::Json, Format::JsonStat, Format::Sdmx, Format::Parquet] {
                let file = take(&service, Some(organisation), &address(format)).await;
                assert_eq!(file.status, StatusCode::OK, "{query}: {}", String::from_utf8_lossy(&file.body));
                let found = match format {
                    Format::Csv => of_lines(lines_of_csv(&file.body).into_iter(), &keys),
                    Format::Json => of_lines(lines_of_json(&file.body).into_iter(), &keys),
                    Format::Sdmx => of_lines(lines_of_sdmx(&file.body).into_iter(), &keys),
                    Format::Parquet => of_lines(lines_of_parquet(file.body).into_iter(), &keys),
                    _ => of_jsonstat(&file.body),
                };
                assert_eq!(without_empty_bins(found, &expected), expected, "{format:?}: {query}");
            }
            compared += 1;
            for told in expected.values() {
                let what = told.reason.clone().or(told.bound.clone()).unwrap_or(told.status.clone());
                *seen.entry(what).or_default() += 1;
                *seen.entry(told.official.1.clone().map_or("NOTHING BESIDE", |_| "BESIDE").to_owned()).or_default() +=
                    1;
            }
        }
    }
    assert!(compared > QUESTIONS, "only {compared} questions were answered");
    for what in ["OK", "AT_MOST", "SMALL_GROUP", "BUDGET", "NOT_COLLECTED", "BESIDE", "NOTHING BESIDE"] {
        assert!(seen.contains_key(what), "nothing was {what}: {seen:?}");
    }
}
