//! Every problem a file can have, and files that have none.

use proptest::prelude::*;

use super::*;
use crate::{
    domain::{Catalogue, Dimension, Organisation, OrganisationKind, Roll},
    ingest::{self, ProblemCode, reference},
};

const HEADER: &str = "institution_scheme,institution_id,framework,period,completed_on,local_authority,hub,phase,type,\
                      disadvantage_quintile,size_band,setting,terms_version,b1,b2,b3,b4,b5,b6,b7,b8";
const ROW: &str = "URN,100001,GATSBY-2014,202324T3,2024-06-30,E06000047,HUB-2018-21,secondary,academy,5,medium,urban,v1,\
                   100,80,,0,100,100,50,75";

fn catalogue() -> Catalogue {
    let data = reference::load().unwrap();
    data.into_catalogue("2026-11-24".parse().unwrap()).unwrap()
}

fn read(bytes: &[u8]) -> Reading<Record> {
    read_as(&Form::default(), bytes)
}

fn read_as(form: &Form, bytes: &[u8]) -> Reading<Record> {
    let today = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
    let organisation = Organisation {
        id: 1,
        code: "HUB".to_owned(),
        name: "Hub".to_owned(),
        kind: OrganisationKind::Hub,
        area: "HUB-2018-21".to_owned(),
        ended_on: None,
    };
    let remit = Remit { catalogue: &catalogue(), roll: &Roll::default(), organisation: &organisation };
    read_results(form, bytes, remit, &Secret::new([1; 32]), today, &mut |_| {})
}

/// The problems of a file as `line:column:code:value`.
fn check(file: &str, expected: &[&str]) {
    let reading = read(file.as_bytes());
    let found: Vec<String> = reading
        .problems
        .iter()
        .map(|problem| {
            let column = problem.column.as_deref().unwrap_or("");
            format!("{}:{column}:{}:{}", problem.line, problem.code.as_str(), problem.value)
        })
        .collect();
    assert_eq!(found, expected, "{file}");
    assert!(reading.problems.iter().all(|problem| !problem.expected.is_empty()));
}

fn file(rows: &[&str]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

#[test]
fn a_good_file_becomes_records() {
    let reading = read(file(&[ROW]).as_bytes());
    assert_eq!((reading.problems.as_slice(), reading.rows), ([].as_slice(), 1));
    let record = &reading.records[0];
    assert_eq!(record.framework, "GATSBY-2014");
    assert_eq!(record.period.to_string(), "202324T3");
    assert_eq!(record.hub.as_deref(), Some("HUB-2018-21"));
    assert_eq!(record.attributes.code(Dimension::Disadvantage), Some("5"));
    assert_eq!(record.scores[..4], [Some(100), Some(80), None, Some(0)]);
    assert_eq!(record.institution, Secret::new([1; 32]).pseudonym("URN", "100001"));
}

#[test]
fn columns_stand_in_any_order_and_spreadsheets_write_as_they_do() {
    let mut columns: Vec<(&str, &str)> = HEADER.split(',').zip(ROW.split(',')).collect();
    columns.reverse();
    let (names, fields): (Vec<&str>, Vec<&str>) = columns.into_iter().unzip();
    let reordered = read(format!("{}\n{}\n", names.join(","), fields.join(",")).as_bytes());
    let marked = read(format!("\u{feff}{HEADER}\r\n{ROW}\r\n").as_bytes());
    let quoted = read(format!("{HEADER}\n\"URN\", 100001 {}\n", ROW.strip_prefix("URN,100001").unwrap()).as_bytes());
    let plain = read(file(&[ROW]).as_bytes());
    for reading in [reordered, marked, quoted] {
        assert_eq!(reading.problems, []);
        assert_eq!(reading.records, plain.records);
    }
}

#[test]
fn a_wrong_header_is_told_column_by_column() {
    let header = HEADER.replace("period", "term").replace("setting", "phase");
    check(&format!("{header}\n{ROW}\n"), &["1:phase:HEADER:phase", "1:period:HEADER:term", "1:setting:HEADER:term"]);
    check(&format!("{HEADER},b10\n{ROW},1\n"), &["1:b9:HEADER:"]);
    check(&format!("{HEADER},b9,b10,b11\n{ROW},,,1\n"), &["1:b11:HEADER:b11"]);
    check(&format!("{ROW}\n{ROW}\n"), &["1::HEADER:URN, 100001, GATSBY-2014, 202324T3, 2024-06-30"]);
    check("", &["1::EMPTY:"]);
    check(&format!("{HEADER}\n"), &["2::EMPTY:"]);
}

#[test]
fn every_field_that_cannot_be_used_is_named() {
    let with = |from: &str, to: &str| file(&[ROW, &ROW.replace("100001", "100002").replacen(from, to, 1)]);
    check(&with("GATSBY-2014", "GATSBY-2013"), &["3:framework:UNKNOWN_FRAMEWORK:GATSBY-2013"]);
    check(&with(",80,", ",101,"), &["3:b2:SCORE:101"]);
    check(&with(",80,", ",8.5,"), &["3:b2:SCORE:8.5"]);
    check(&with(",80,", ",-1,"), &["3:b2:SCORE:-1"]);
    check(&with("E06000047", "E99999999"), &["3:local_authority:UNKNOWN_AREA:E99999999"]);
    check(&with("E06000047", "E12000001"), &["3:local_authority:UNKNOWN_AREA:E12000001"]);
    check(&with("HUB-2018-21", "E06000047"), &["3:hub:UNKNOWN_AREA:E06000047"]);
    check(&with("202324T3", "202325T3"), &["3:period:PERIOD:202325T3"]);
    check(&with("2024-06-30", "06/30/2024"), &["3:completed_on:DATE:06/30/2024"]);
    check(&with("2024-06-30", "2023-08-31"), &["3:completed_on:DATE:2023-08-31"]);
    check(&with("2024-06-30", "2024-11-01"), &["3:completed_on:DATE:2024-11-01"]);
    check(&with("2024-06-30", ""), &["3:completed_on:BLANK:"]);
    check(&with("202324T3", "202627T2"), &["3:period:PERIOD:202627T2"]);
    check(&with("202324T3", "201314T1"), &["3:period:PERIOD:201314T1"]);
    check(&with("2024-06-30", "2027-01-01"), &["3:completed_on:DATE:2027-01-01"]);
    check(&with("secondary", "sixth-form"), &["3:phase:UNKNOWN_CATEGORY:sixth-form"]);
    check(&with(",5,medium", ",6,medium"), &["3:disadvantage_quintile:UNKNOWN_CATEGORY:6"]);
    check(&with("academy", ""), &["3:type:BLANK:"]);
    check(&with("URN", "U R"), &["3:institution_scheme:IDENTIFIER:U R"]);
    check(&with("100002", "100002.0"), &["3:institution_id:IDENTIFIER:100002.0"]);
    check(&with("100002", ""), &["3:institution_id:BLANK:"]);
    check(&with(",v1,", ",#REF!,"), &["3:terms_version:IDENTIFIER:#REF!"]);
    check(&with(",v1,", ",,"), &["3:terms_version:BLANK:"]);
    check(&with("100,80,,0,100,100,50,75", ",,,,,,,"), &["3:b1:BLANK:"]);
    check(&with(",75", ""), &["3::FIELDS:20 fields"]);
    check(&with("GATSBY-2014,202324T3", "X,Y"), &["3:framework:UNKNOWN_FRAMEWORK:X", "3:period:PERIOD:Y"]);
}

#[test]
fn scores_past_the_last_benchmark_of_a_framework_must_be_blank() {
    let header = format!("{HEADER},b9,b10");
    check(&format!("{header}\n{ROW},,\n"), &[]);
    check(&format!("{header}\n{ROW},5,\n"), &["2:b9:SCORE:5"]);
}

#[test]
fn an_institution_that_stands_twice_is_told_with_its_first_line() {
    let reading = read(file(&[ROW, ROW]).as_bytes());
    assert_eq!(reading.records.len(), 1);
    let problem = &reading.problems[0];
    assert_eq!((problem.line, problem.code, problem.value.as_str()), (3, ProblemCode::Duplicate, "100001"));
    assert!(problem.expected.ends_with("line 2"), "{problem}");
    check(&file(&[ROW, &ROW.replace("202324T3", "202324T2")]), &[]);
}

#[test]
fn bytes_that_are_not_utf_8_are_told_with_their_place() {
    let mut bytes = format!("\u{feff}{}", file(&[ROW])).into_bytes();
    let at = 3 + HEADER.len() + 1 + ROW.find("v1").unwrap() + 1;
    bytes[at] = 0xe9;
    let reading = read(&bytes);
    assert_eq!(reading.records, []);
    assert_eq!(
        reading.problems[0].to_string(),
        "line 2, column `terms_version`: found `byte 0xe9 at character 2`, expected UTF-8 [ENCODING]"
    );
}

#[test]
fn a_file_that_may_have_been_cut_is_refused() {
    check(file(&[ROW]).trim_end(), &[]);
    check(&file(&[ROW]).trim_end()[..HEADER.len() + 40], &["2::TRUNCATED:5 fields"]);
    check(&file(&[&ROW.replace(",v1,", ",\"v1,")]), &["2::TRUNCATED:\""]);
}

#[test]
fn problems_alike_are_counted_past_the_tenth() {
    let bad: Vec<String> = (0..1_200)
        .map(|number| ROW.replace("100001", &format!("{}", 100_000 + number)).replace(",80,", ",x,"))
        .collect();
    let rows: Vec<&str> = bad.iter().map(String::as_str).collect();
    let reading = read(file(&rows).replace("100007,GATSBY-2014", "100007,GATSBY-2013").as_bytes());
    assert_eq!((reading.problems.len(), reading.records.len()), (11, 0));
    let kinds: Vec<_> = reading
        .kinds
        .iter()
        .map(|kind| (kind.code.as_str(), kind.column.as_deref(), kind.count, kind.last_line))
        .collect();
    assert_eq!(kinds, [("SCORE", Some("b2"), 1_200, 1_201), ("UNKNOWN_FRAMEWORK", Some("framework"), 1, 9)]);
}

#[test]
fn names_are_told_their_codes_and_codes_may_be_written_in_other_letters() {
    let named = read(file(&[&ROW.replace("E06000047", "County Durham")]).as_bytes());
    assert_eq!(
        named.problems[0].to_string(),
        "line 2, column `local_authority`: found `County Durham`, expected the code of an area of kind local_authority; \
         `E06000047` is County Durham [UNKNOWN_AREA]"
    );
    let plain = read(file(&[ROW]).as_bytes());
    let other = "urn,100001,gatsby-2014,202324t3,30/06/2024 00:00,e06000047,hub-2018-21,Secondary,ACADEMY,5,Medium,Urban,v1,\
                 100%,80.0,,0,\"100,0\",100.00%,50 %,75";
    let other = read(file(&[other]).as_bytes());
    assert_eq!((other.problems.as_slice(), &other.records), ([].as_slice(), &plain.records));
    let phase = ROW.replace("secondary", "All through");
    assert_eq!(read(file(&[&phase]).as_bytes()).records[0].attributes.code(Dimension::Phase), Some("all-through"));
}

#[test]
fn a_score_that_is_no_whole_number_is_none() {
    for score in
        ["66.5", "0.75", "75,5", "101", "+75", "7 5", "75%%", "%", ".0", "75.", "1e2", "７５", "1000", "075x", "true"]
    {
        let row = ROW.replace(",80,", &format!(",\"{score}\","));
        check(&file(&[&row]), &[&format!("2:b2:SCORE:{score}")]);
    }
}

#[test]
fn other_columns_and_blank_ones_and_blank_rows_are_not_read() {
    let blank = ",".repeat(HEADER.matches(',').count() + 3);
    let text = format!(" ,School Name,{},,\n{blank}\n,The School,{ROW},,\n\n{blank}\n,,,,,,\n", HEADER.to_uppercase());
    let reading = read(text.as_bytes());
    assert_eq!((reading.problems.as_slice(), reading.rows), ([].as_slice(), 1));
    assert_eq!(reading.records, read(file(&[ROW]).as_bytes()).records);
    assert_eq!(reading.ignored, ["School Name"]);
    let spaced = HEADER.replace('_', " ").replace("b1", " B 1 ").replace("hub", "Hub\u{a0}");
    assert_eq!(read(format!("{spaced}\n{ROW}\n").replace("B 1", "B1").as_bytes()).problems, []);
    check(&format!("{HEADER}\n{ROW},5\n"), &["2::FIELDS:22 fields"]);
    let unnamed = read(format!("{HEADER},\n{ROW},a note\n").as_bytes());
    assert_eq!(
        (unnamed.problems.as_slice(), unnamed.ignored.as_slice()),
        ([].as_slice(), ["without a name".to_owned()].as_slice())
    );
}

#[test]
fn lines_are_numbered_as_a_spreadsheet_numbers_them() {
    let bad = ROW.replace(",80,", ",x,");
    for end in ["\n", "\r\n", "\r"] {
        let text = format!("{HEADER},note{end}{ROW},\"one{end}two\"{end}{end}{bad},{end}");
        check(&text, &["4:b2:SCORE:x"]);
    }
    check(&format!("sep=,\r\n{HEADER}\r\n{bad}\r\n"), &["2:b2:SCORE:x"]);
}

#[test]
fn a_column_for_every_benchmark_is_there_and_may_be_called_so() {
    let cut = |text: &str| text.rsplit_once(',').unwrap().0.to_owned();
    check(&format!("{}\n{}\n", cut(HEADER), cut(ROW)), &["2:b8:HEADER:"]);
    check(&format!("{},Careers benchmark eight\n{ROW}\n", cut(HEADER)), &["2:b8:HEADER:"]);
    let plain = read(file(&[ROW]).as_bytes()).records;
    for called in [
        "Benchmark 1,GB2,B 3,gatsby benchmark 4,b5,b6,b7,b8",
        "b1 (%),GB2 score,Benchmark 3 %,b4 Score (%),b5%,b6,b7,b8",
        "Benchmark 1: A stable careers programme,\"GB2\nLearning from career and labour market information\",b3,b4,b5,b6,b7,b8",
        "GB25-1,GB25-2,GBC3,b4,b5,b6,b7,GB8: Personal guidance",
    ] {
        let header = HEADER.replace("b1,b2,b3,b4,b5,b6,b7,b8", called);
        let reading = read(format!("{header}\n{ROW}\n").as_bytes());
        assert_eq!((reading.problems.as_slice(), &reading.records), ([].as_slice(), &plain), "{called}");
    }
    for other in ["b1.1", "Benchmark 1 last year", "Benchmark 1: Personal guidance", "b1 2", "b01", "GB1/2"] {
        let header = HEADER.replace("b1,b2,b3,b4,b5,b6,b7,b8", &format!("{other},b1,b2,b3,b4,b5,b6,b7,b8"));
        let row = ROW.replace(",v1,", ",v1,7,");
        let reading = read(format!("{header}\n{row}\n").as_bytes());
        assert_eq!((reading.ignored.as_slice(), &reading.records), ([other.to_owned()].as_slice(), &plain), "{other}");
    }
}

#[test]
fn a_name_is_the_same_with_anything_between_its_words() {
    let plain = read(file(&[ROW]).as_bytes()).records;
    let names = |joined: &dyn Fn(&str) -> String| HEADER.split(',').map(joined).collect::<Vec<_>>().join(",");
    let camel = names(&|name| name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect());
    let dotted = names(&|name| name.replace('_', "."));
    let broken = names(&|name| format!("\"{}\"", name.replace('_', "\n")));
    for header in [camel, dotted, broken] {
        let reading = read(format!("{header}\n{ROW}\n").as_bytes());
        assert_eq!((reading.problems.as_slice(), &reading.records), ([].as_slice(), &plain), "{header}");
    }
    check(&format!("{HEADER},InstitutionId\n{ROW},1\n"), &["1:institution_id:HEADER:InstitutionId"]);
}

#[test]
fn a_note_below_the_table_is_told_once() {
    let blank = ",".repeat(HEADER.matches(',').count());
    for note in
        [format!("Source: our register{blank}"), "\"Source: our register, 2024\"".to_owned(), "Source: a, b".to_owned()]
    {
        let reading = read(format!("{}{blank}\n{note}\n", file(&[ROW])).as_bytes());
        let problem = &reading.problems[0];
        assert_eq!((reading.problems.len(), problem.line, problem.code), (1, 4, ProblemCode::Fields), "{problem}");
        assert!(problem.value.starts_with("Source: "), "{problem}");
    }
}

#[test]
fn nothing_may_follow_a_closed_quote() {
    let reading = read(file(&[&ROW.replace(",100,80", ",\"10\"0,80"), &ROW.replace("100001", "100002")]).as_bytes());
    assert_eq!(reading.records.len(), 1, "rows after it are read");
    assert_eq!(
        reading.problems[0].to_string(),
        "line 2: found `100`, expected a separator after a closed quote; a quote within a field is written twice [QUOTE]"
    );
}

#[test]
fn columns_are_read_under_the_names_that_a_file_has_for_them() {
    let renamed = ingest::renaming::read_renaming("Ours;Theirs\nb1;Stable programme\nperiod;Term\n".as_bytes());
    assert_eq!(renamed.problems, []);
    let constants =
        vec![("framework".to_owned(), "GATSBY-2014".to_owned()), ("terms_version".to_owned(), "v1".to_owned())];
    let form = Form { renamed: renamed.records, constants, ..Form::default() };
    let header = HEADER
        .replace("b1,", "STABLE PROGRAMME,")
        .replace("period", "term")
        .replace("framework,", "")
        .replace("terms_version,", "");
    let row = ROW.replace("GATSBY-2014,", "").replace("v1,", "");
    let reading = read_as(&form, format!("{header}\n{row}\n").as_bytes());
    assert_eq!(reading.problems, []);
    assert_eq!(reading.records, read(file(&[ROW]).as_bytes()).records);
    let told = read_as(&form, file(&[ROW]).as_bytes()).problems;
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "line 1: found `Stable programme`, expected a column of that name, which is to be read as `b1` [HEADER]",
            "line 1: found `Term`, expected a column of that name, which is to be read as `period` [HEADER]",
            "line 1, column `framework`: found `framework`, expected no such column, since `GATSBY-2014` was said for every row \
             [HEADER]",
            "line 1, column `terms_version`: found `terms_version`, expected no such column, since `v1` was said for every row \
             [HEADER]",
        ]
    );
    let twice = ingest::renaming::read_renaming("theirs,ours\na,b1\nb,B1\n,b2\n".as_bytes());
    let codes: Vec<_> = twice.problems.iter().map(|problem| (problem.line, problem.code.as_str())).collect();
    assert_eq!(codes, [(3, "DUPLICATE"), (4, "BLANK")]);
}

#[test]
fn titles_above_the_header_and_groups_of_columns_are_passed_over() {
    let row = ROW.replace(',', ";");
    let header = HEADER.replace(',', ";");
    for above in [
        "Results of our hub\n\n",
        "Results, autumn; all schools\n",
        "\"Our hub,\nTees Valley\"\n\n\n",
        "Institution;;;;;;;;;;;Benchmarks;;;;;;;;;;\n",
    ] {
        let reading = read(format!("{above}{header}\n{row}\n").as_bytes());
        assert!(reading.problems.is_empty() && reading.records.len() == 1, "{above:?}: {:?}", reading.problems);
        // A line end within quotes is within a row.
        let lines = above.replace(",\nTees", "").matches('\n').count() as u64;
        let wrong = read(format!("{above}{header}\n{}\n", row.replace("secondary", "x")).as_bytes());
        assert_eq!(wrong.problems[0].line, lines + 2, "lines are those that a spreadsheet shows");
    }
    let none = read(b"Results of our hub\n\nanother title\n");
    assert_eq!((none.problems.len(), none.problems[0].line), (1, 1), "{:?}", none.problems);
    let lacks = read(format!("Our hub\n{}\n", HEADER.replace(",period", "")).as_bytes());
    assert_eq!((lacks.problems[0].line, lacks.problems[0].column.as_deref()), (2, Some("period")));
}

#[test]
fn a_day_may_be_the_number_that_a_spreadsheet_keeps_where_it_fits_the_term() {
    let day = |row: &str| {
        let reading = read(file(&[row]).as_bytes());
        reading.records.first().map(|record| record.completed_on.to_string())
    };
    let date = ROW.split(',').nth(4).unwrap();
    let days = (date.parse::<NaiveDate>().unwrap() - NaiveDate::from_ymd_opt(1899, 12, 30).unwrap()).num_days();
    assert_eq!(day(&ROW.replace(date, &days.to_string())).as_deref(), Some(date));
    assert_eq!(day(&ROW.replace(date, &format!("{days}.0"))).as_deref(), Some(date));
    for wrong in [(days - 1_462).to_string(), format!("{days}.5"), "12".to_owned(), "99999".to_owned()] {
        let reading = read(file(&[&ROW.replace(date, &wrong)]).as_bytes());
        assert_eq!(reading.problems[0].code, ProblemCode::Date, "{wrong}");
    }
}

#[test]
fn scores_that_are_all_shares_of_one_are_not_taken_for_shares_of_a_hundred() {
    let scored = |scores: &str| {
        let fields: Vec<&str> = ROW.split(',').take(13).collect();
        read(file(&[&format!("{},{scores}", fields.join(","))]).as_bytes())
    };
    let reading = scored("1,1,0,0,1,0,,1");
    assert!(reading.records.is_empty());
    assert!(reading.problems[0].to_string().contains("every score of the file is 0 or 1"), "{:?}", reading.problems);
    for fine in ["0,0,0,0,0,0,0,0", "1,0,0,0,0,0,0,0", "1,1,0,2,1,0,0,0"] {
        assert!(scored(fine).problems.is_empty(), "{fine}");
    }
}

#[test]
fn whatever_a_file_holds_no_terminal_obeys_it() {
    let evil = "\u{1b}]0;title\u{7}\u{202e}";
    let reading = read(format!("{evil}{HEADER},{evil}{}\n{ROW},\n", "x".repeat(500)).as_bytes());
    let told = reading.problems.iter().map(ToString::to_string).chain(reading.ignored).collect::<String>();
    assert!(!told.is_empty() && !told.chars().any(|c| c.is_control() || c == '\u{202e}'), "{told:?}");
    let row = ROW.replace("secondary", &format!("{evil}{}", "y".repeat(500)));
    let told = read(file(&[&row]).as_bytes()).problems[0].to_string();
    assert!(told.len() < 400 && !told.chars().any(|c| c.is_control() || c == '\u{202e}'), "{told:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_reader_fail(bytes in proptest::collection::vec(any::<u8>(), 0..400), after_header: bool) {
        let mut input = if after_header { format!("{HEADER}\n").into_bytes() } else { Vec::new() };
        input.extend(&bytes);
        let reading = read(&input);
        let lines = input.iter().filter(|&&byte| byte == b'\n' || byte == b'\r').count() as u64 + 1;
        prop_assert!(reading.problems.iter().all(|problem| (1..=lines + 1).contains(&problem.line)));
    }
}
