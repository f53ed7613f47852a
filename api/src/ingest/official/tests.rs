//! Files with official figures as people have them.

use super::*;

const HEADER: &str = "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,old_la_code,new_la_code,la_name";
const NATIONAL: &str = "2023,Calendar year,National,E92000001,England,,,,,";
const LOCAL: &str =
    "2023,Calendar year,Local authority,E92000001,England,E12000001,North East,840,E06000047,County Durham";

fn read(file: &str) -> OfficialReading {
    read_official(&Form::default(), file.as_bytes(), None)
}

fn read_with(file: &str, meta: &str) -> OfficialReading {
    read_official(&Form::default(), file.as_bytes(), Some(&mut meta.as_bytes()))
}

fn told(problems: &[Problem]) -> Vec<(u64, &str, &str)> {
    problems
        .iter()
        .map(|problem| (problem.line, problem.column.as_deref().unwrap_or_default(), problem.code.as_str()))
        .collect()
}

#[test]
fn what_a_description_says_of_columns_is_so_and_without_one_it_is_guessed() {
    let file = format!("{HEADER},age,NEET_percent,span\n{NATIONAL},16-17,2.8,00:10\n{LOCAL},16-17,c,z\n");
    let guessed = read(&file);
    assert!(guessed.problems.is_empty() && guessed.guessed, "{:?}", guessed.problems);
    let names = |reading: &OfficialReading| {
        let filters: Vec<String> = reading.filters.iter().map(|filter| filter.column.clone()).collect();
        let indicators: Vec<String> = reading.indicators.iter().map(|one| one.column.clone()).collect();
        (filters, indicators)
    };
    let expected = (vec!["age".to_owned()], vec!["NEET_percent".to_owned(), "span".to_owned()]);
    assert_eq!(names(&guessed), expected);
    assert_eq!(guessed.filters[0].total.as_deref(), Some("16-17"));
    assert_eq!(guessed.indicators[0].unit, "%");
    let [nation, durham] = &guessed.figures[..] else { panic!("{:?}", guessed.figures) };
    assert_eq!(
        (nation.area_code.as_str(), nation.values.as_slice()),
        ("E92000001", &["2.8".into(), "00:10".into()][..])
    );
    assert_eq!((durham.area_code.as_str(), durham.area_name.as_str(), durham.line), ("E06000047", "County Durham", 3));

    let meta =
        "col_name,col_type,label,indicator_unit,indicator_dp\nneet_percent,Indicator,NEET,%,1\nage,FILTER,Age,,\n";
    let described = read_with(&file, meta);
    assert!(described.problems.is_empty() && described.meta_problems.is_empty() && !described.guessed);
    assert_eq!(names(&described), (vec!["age".to_owned()], vec!["NEET_percent".to_owned()]));
    assert_eq!((described.indicators[0].label.as_str(), described.indicators[0].decimals), ("NEET", Some(1)));
    assert_eq!(described.ignored, ["span"]);
    let grouped = read_with(
        &file,
        &format!(
            "{},filter_grouping_column\nNEET_percent,Indicator,NEET,%,1,span\n",
            meta.lines().next().unwrap_or_default()
        ),
    );
    assert_eq!(names(&grouped).0, ["span"], "{:?}", grouped.meta_problems);
    assert_eq!(grouped.ignored, ["age"]);
    assert_ne!(described.checksum, guessed.checksum, "another description is another data set");
}

#[test]
fn columns_stand_in_any_order_and_words_in_any_case() {
    let file = "\u{feff}admissions,LA_name,old_la_code,new la code,Geographic Level,time identifier,Time_Period,country_code\r\n\
                \"1,234\",Barnsley,370,,local authority,spring term,2017/18,E92000001\r\n";
    let reading = read(file);
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    let [row] = &reading.figures[..] else { panic!("{:?}", reading.figures) };
    assert_eq!((row.time.period.as_str(), row.time.code().as_deref()), ("201718", Some("T2")));
    assert!(row.area_code == "E08000016" || row.area_code == "E08000038", "by its three digits: {}", row.area_code);
    assert_eq!(read_value(&row.values[0]).0, Some(1_234.0));
}

#[test]
fn windows_text_is_read_and_told() {
    let mut file = format!("{HEADER},n\n{}", LOCAL.replace("County Durham", "Caf")).into_bytes();
    file.push(0xe9);
    file.extend(b",1\n");
    let reading = read_official(&Form::default(), file.as_slice(), None);
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    assert_eq!(reading.figures[0].area_name, "Caf\u{e9}");
    assert!(!reading.found.unwrap().is_plain());
}

#[test]
fn institutions_are_left_out_and_what_stands_twice_is_kept_and_told() {
    let header = "time_period,time_identifier,geographic_level,country_code,country_name,school_urn,school_name,n";
    let nation = "2017,Reporting year,National,E92000001,England,,,1";
    let school = "2017,Reporting year,School,E92000001,England,100000,A school,1";
    let reading = read(&format!("{header}\n{nation}\n{nation}\n{school}\n"));
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    assert_eq!((reading.figures.len(), reading.repeated.as_slice()), (2, &[3][..]));
    assert_eq!(reading.left_out, BTreeMap::from([("School".to_owned(), 1)]));
}

#[test]
fn every_problem_is_told_with_its_line_and_column() {
    let rows = [
        "201719,Academic year,National,E92000001,England,,,,,,1",
        "2017,,National,E92000001,England,,,,,,1",
        "2017,Calendar year,Galaxy,E92000001,England,,,,,,1",
        "2017,Calendar year,Local authority,E92000001,England,,,,,,1",
        "2017,Calendar year,National,E92000001,England,,,,,,1,2",
    ];
    let reading = read(&format!("{HEADER},n\n{}\n", rows.join("\n")));
    let expected = [
        (2, "time_period", "PERIOD"),
        (3, "time_identifier", "BLANK"),
        (4, "geographic_level", "UNKNOWN_CATEGORY"),
        (5, "new_la_code", "BLANK"),
        (6, "", "FIELDS"),
    ];
    assert_eq!(told(&reading.problems), expected);
    let reading = read("time_period,geographic_level,n\n2017,National,1\n");
    assert_eq!(told(&reading.problems), [(1, "time_identifier", "HEADER")]);
    let reading = read(&format!("{HEADER},a,a\n{NATIONAL},1,1\n"));
    assert_eq!(told(&reading.problems), [(1, "a", "HEADER")]);
    let reading = read(&format!("{HEADER},kind\n{NATIONAL},Total\n"));
    assert_eq!(told(&reading.problems), [(1, "", "HEADER")], "nothing is measured");
    let meta = "col_name,col_type,label\nn,Indicator,N\nm,Indicator,M\nn,Filter,N\nk,Other,K\n";
    let reading = read_with(&format!("{HEADER},n\n{NATIONAL},1\n"), meta);
    let expected = [(4, "col_name", "DUPLICATE"), (5, "col_type", "UNKNOWN_CATEGORY"), (3, "col_name", "HEADER")];
    assert_eq!(told(&reading.meta_problems), expected);
}

#[test]
fn thousands_of_columns_are_refused_in_one_sentence() {
    let names: Vec<String> = (0..3_000).map(|at| format!("c{at}")).collect();
    let reading = read(&format!("{HEADER},{}\n{NATIONAL}{}\n", names.join(","), ",1".repeat(3_000)));
    let [problem] = &reading.problems[..] else { panic!("{:?}", reading.problems) };
    assert!(problem.to_string().contains("found `3010 columns`, expected at most 500"), "{problem}");
}

#[test]
fn a_file_about_institutions_alone_says_so() {
    let header = "time_period,time_identifier,geographic_level,country_code,country_name,school_urn,school_name,n";
    let reading = read(&format!("{header}\n2023,AY,SCH,E92000001,England,100000,A school,1\n"));
    let [problem] = &reading.problems[..] else { panic!("{:?}", reading.problems) };
    assert!(
        problem.to_string().contains("found `1 rows about institutions`, expected at least one row about a place"),
        "{problem}"
    );
}

#[test]
fn levels_and_times_go_by_their_codes_too() {
    let reading =
        read(&format!("{HEADER},n\n{},5\n", LOCAL.replace("Local authority", "LA").replace("Calendar year", "CY")));
    assert!(reading.problems.is_empty() && reading.unknown_times.is_empty(), "{:?}", reading.problems);
    assert_eq!(reading.figures[0].area_code, "E06000047");
}
