//! Registers as they are downloaded, shortened and spoilt, and what is taken from them.

use super::*;
use crate::{
    domain::{
        Dimension,
        LinkKind::{Other, Predecessor, Successor},
        PhaseGroup,
    },
    ingest::reference,
};

const HEADER: &str = "\"URN\",\"LA (code)\",\"LA (name)\",\"EstablishmentNumber\",\"EstablishmentName\",\"TypeOfEstablishment (code)\",\
     \"EstablishmentStatus (code)\",\"OpenDate\",\"CloseDate\",\"PhaseOfEducation (code)\",\"StatutoryLowAge\",\"StatutoryHighAge\",\
     \"SchoolCapacity\",\"NumberOfPupils\",\"PercentageFSM\",\"UKPRN\",\"LastChangedDate\",\"TelephoneNum\",\"HeadLastName\",\
     \"UrbanRural (code)\",\"GSSLACode (name)\"";
const ROW: &str = "\"100001\",\"840\",\"Durham\",\"4001\",\"A school\",\"34\",\"1\",\"01-09-2011\",\"\",\"4\",\"11\",\"18\",\
     \"1200\",\"901\",\"12.3\",\"10012345\",\"16-09-2025\",\"01910000000\",\"Somebody\",\"UN1\",\"E06000047\"";

fn read(file: &[u8]) -> RegisterReading {
    let catalogue = reference::load().unwrap().into_catalogue("2026-11-24".parse().unwrap()).unwrap();
    read_register(&Form::default(), file, &catalogue, &Secret::new([1; 32]), &mut |_| {})
}

fn told(reading: &RegisterReading) -> Vec<String> {
    reading.reading.problems.iter().map(ToString::to_string).collect()
}

/// The type, the phase, the size, the setting and the place of the only institution.
fn taken(file: &str) -> String {
    let read = read(file.as_bytes());
    assert_eq!(told(&read), [""; 0], "{file}");
    let [registered] = &read.reading.records[..] else { panic!("{:?}", read.left_out) };
    let code = |dimension| registered.attributes.code(dimension).unwrap_or("-");
    format!(
        "{} {} {} {} {}",
        code(Dimension::Type),
        code(Dimension::Phase),
        code(Dimension::Size),
        code(Dimension::Setting),
        registered.local_authority
    )
}

fn with(changes: &[(&str, &str)]) -> String {
    let row = changes.iter().fold(ROW.to_owned(), |row, (from, to)| {
        assert!(row.contains(from), "{from}");
        row.replacen(from, to, 1)
    });
    format!("{HEADER}\n{row}\n")
}

#[test]
fn a_row_is_read_by_its_codes() {
    assert_eq!(taken(&with(&[])), "academy secondary medium urban E06000047");
    let read = read(with(&[]).as_bytes());
    let one = &read.reading.records[0];
    assert_eq!((one.group, one.free_meals, one.is_open), (Some(PhaseGroup::Secondary), Some(123), true));
    let secret = Secret::new([1; 32]);
    assert_eq!(one.institution, secret.pseudonym("URN", "100001"));
    assert_eq!(one.names, [secret.pseudonym("UKPRN", "10012345"), secret.pseudonym("LAESTAB", "8404001")]);
    assert_eq!(one.opened_on, "2011-09-01".parse().ok());
    assert_eq!(one.changed_on, "2025-09-16".parse().ok());
}

#[test]
fn names_of_columns_are_read_as_other_tools_leave_them() {
    let plain = taken(&with(&[]));
    let dotted = HEADER.replace([' ', '(', ')'], ".");
    let snake = HEADER.replace(" (", "_").replace(')', "").replace("Of", "_of_").to_lowercase();
    for header in [dotted, snake] {
        assert_eq!(taken(&format!("{header}\n{ROW}\n")), plain, "{header}");
    }
    let lacking = told(&read(b"LA (code),EstablishmentNumber,TypeOfEstablishment (code)\n840,4001,34\n"));
    assert_eq!(lacking, ["line 1: found ``, expected the column `URN` [HEADER]"]);
}

#[test]
fn the_type_tells_the_phase_before_the_phase_of_education_does() {
    let of = |kind: &str, phase: &str, ages: &str| {
        let kind = format!("\"{kind}\",\"1\",\"01-09");
        let phase = format!("\"{phase}\",{ages},");
        taken(&with(&[("\"34\",\"1\",\"01-09", &kind), ("\"4\",\"11\",\"18\",", &phase)]))
    };
    for (kind, phase, ages, expected) in [
        ("02", "2", "\"3\",\"11\"", "maintained primary large"),
        ("2", "2", "\"3\",\"11\"", "maintained primary large"),
        ("35", "3", "\"9\",\"13\"", "academy middle large"),
        ("07", "0", "\"10\",\"18\"", "special special large"),
        ("10", "0", "\"\",\"\"", "special special large"),
        ("14", "0", "\"14\",\"16\"", "maintained alternative-provision large"),
        ("42", "0", "\"14\",\"16\"", "academy alternative-provision large"),
        ("11", "0", "\"7\",\"18\"", "independent all-through medium"),
        ("11", "0", "\"11\",\"18\"", "independent secondary medium"),
        ("11", "0", "\"4\",\"13\"", "independent primary large"),
        ("18", "0", "\"16\",\"99\"", "college 16-plus small"),
        ("31", "6", "\"16\",\"19\"", "college 16-plus small"),
        ("32", "0", "\"16\",\"25\"", "college special large"),
        ("45", "6", "\"16\",\"19\"", "academy 16-plus small"),
        ("28", "7", "\"3\",\"18\"", "academy all-through medium"),
    ] {
        assert_eq!(of(kind, phase, ages), format!("{expected} urban E06000047"), "{kind} {phase} {ages}");
    }
}

#[test]
fn what_takes_no_part_is_left_out_and_counted() {
    for (from, to, why) in [
        ("\"34\",\"1\"", "\"15\",\"1\"", LeftOut::Type),
        ("\"34\",\"1\"", "\"30\",\"1\"", LeftOut::Type),
        ("\"34\",\"1\"", "\"99\",\"1\"", LeftOut::Type),
        ("\"34\",\"1\"", "\"34\",\"4\"", LeftOut::Proposed),
        ("\"1\",\"01-09-2011\",\"\"", "\"2\",\"\",\"31-08-1992\"", LeftOut::Closed),
    ] {
        let read = read(with(&[(from, to)]).as_bytes());
        assert_eq!(told(&read), [""; 0]);
        assert_eq!(read.left_out, [(why, 1)].into(), "{to}");
        assert!(read.reading.records.is_empty());
    }
}

#[test]
fn what_spreadsheets_make_of_a_register_is_read_or_told_with_its_line() {
    let through_excel = with(&[("01-09-2011", "01/09/2011"), ("\"901\"", "\"1,102\""), ("16-09-2025", "16/09/2025")]);
    assert_eq!(
        taken(&through_excel.replace('"', "").replace("1,102", "\"1,102\"")),
        "academy secondary medium urban E06000047"
    );
    assert_eq!(taken(&with(&[("12.3", "12,3"), ("\"4001\"", "\"1\""), ("10012345", "1.00E+07")])), taken(&with(&[])));
    for (from, to, expected) in [
        (
            "100001",
            "100001.0",
            "line 2, column `urn`: found `100001.0`, expected a URN of 5 or 6 digits; a spreadsheet took it for a number: format the column as text [IDENTIFIER]",
        ),
        (
            "01-09-2011",
            "09/13/2011",
            "line 2, column `opendate`: found `09/13/2011`, expected a date such as `2024-03-31` or `31/03/2024`, the day before the month [DATE]",
        ),
        (
            "\"901\"",
            "\"many\"",
            "line 2, column `numberofpupils`: found `many`, expected a whole number of pupils, or blank [STUDENTS]",
        ),
        (
            "12.3",
            "112",
            "line 2, column `percentagefsm`: found `112`, expected a share in percent from 0 to 100, or blank [STUDENTS]",
        ),
        (
            "\"34\"",
            "\"Academy\"",
            "line 2, column `typeofestablishment_(code)`: found `Academy`, expected a code of digits [UNKNOWN_CATEGORY]",
        ),
    ] {
        let found = told(&read(with(&[(from, to)]).as_bytes()));
        assert_eq!(found.first().map(String::as_str), Some(expected));
    }
    let twice = with(&[]) + ROW;
    assert_eq!(
        told(&read(twice.as_bytes())),
        [
            "line 3, column `institution`: found `100001`, expected each institution once; it stands on line 2 [DUPLICATE]"
        ]
    );
}

#[test]
fn any_subset_of_columns_with_a_type_and_a_place_is_a_register() {
    let of = |text: &str| taken(text);
    assert_eq!(of("urn;typeofestablishment (CODE);la (code)\n100001;1;840\n"), "maintained - - - E06000047");
    assert_eq!(
        of(
            "URN\tTypeOfEstablishment (name)\tPhaseOfEducation (name)\tGSSLACode (name)\n100001\tAcademy converter\tAll through\tE06000047"
        ),
        "academy all-through - - E06000047"
    );
    assert_eq!(of("UKPRN,TypeOfEstablishment (code),LA (code)\n10012345,18,840\n"), "college 16-plus - - E06000047");
    // Codes of before are kept under those of today; Barnsley has had two.
    assert_eq!(of("URN,TypeOfEstablishment (code),LA (code)\n100001,1,370\n"), "maintained - - - E08000038");
    assert_eq!(
        of("URN,TypeOfEstablishment (code),GSSLACode (name)\n100001,1,E08000016\n"),
        "maintained - - - E08000038"
    );
    let marked: Vec<u8> =
        "\u{feff}URN;TypeOfEstablishment (code);LA (code);EstablishmentName\r\n100001;01;840;Sch\u{f6}n\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
    assert_eq!(told(&read(&marked)), [""; 0]);
    let windows =
        [&b"URN,TypeOfEstablishment (code),LA (code),EstablishmentName\n100001,01,840,St John\x92s\n"[..]].concat();
    assert_eq!(told(&read(&windows)), [""; 0]);
    let lacking = told(&read(b"URN,LA (code)\n100001,840\n"));
    assert_eq!(lacking, ["line 1: found ``, expected the column `TypeOfEstablishment (code)` [HEADER]"]);
    let lacking = told(&read(b"UKPRN,PrivateBeta,Provider Name\n10000794,N,A college\n"));
    assert_eq!(lacking.len(), 2, "{lacking:?}");
}

#[test]
fn other_lists_are_answered_with_what_they_are() {
    let links = told(&read(
        b"URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n100001,100002,A school,Successor,07/03/2016\n",
    ));
    assert_eq!(
        links,
        [
            "line 1: found `a list of links between establishments`, expected a register; the links are handed in beside it, with `--links` [HEADER]"
        ]
    );
    let places = told(&read(b"District,SCRN,School English Name,K1 Vacancy Status\nEASTERN,619841-0001,A,Y\n"));
    assert_eq!(
        places,
        [
            "line 1: found `a list of kindergarten places`, expected the Education Bureau's list of schools; no framework is about kindergartens [HEADER]"
        ]
    );
    let nets = told(&read("SCHOOLNET,AREA,WEBPAGE\n95,西貢,x\n".as_bytes()));
    assert!(
        nets[0]
            .starts_with("line 1: found `SCHOOLNET, AREA, WEBPAGE`, expected a header with the columns of a register"),
        "{nets:?}"
    );
}

const HK: &str = "ENGLISH CATEGORY\t中文類別\tENGLISH NAME\t中文名稱\tDISTRICT\t分區\tTELEPHONE\tSCHOOL NO.\n";

fn hong_kong(rows: &str) -> RegisterReading {
    let bytes: Vec<u8> =
        format!("\u{feff}{HK}{rows}").replace('\n', "\r\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    read(&bytes)
}

#[test]
fn hong_kongs_list_is_read_by_its_categories_and_districts_in_two_languages() {
    for (category, district, expected) in [
        ("Aided Secondary Schools\t資助中學", "SHUM SHUI PO\t深水埗區", "aided secondary HK-SS"),
        ("Government Primary Schools\t官立小學", "CENTRAL & WESTERN\t", "maintained primary HK-CW"),
        ("Caput Secondary Schools\t按位津貼中學", "YAU TSIM MONG\t油尖旺區", "aided secondary HK-YT"),
        ("Direct Subsidy Scheme Secondary Schools\t", "EASTERN\t", "direct-subsidy secondary HK-EA"),
        ("\t直接資助計劃小學", "\t東區", "direct-subsidy primary HK-EA"),
        ("English Schools Foundation (Secondary)\t", "SHA TIN\t", "independent secondary HK-ST"),
        ("International Schools (Primary)\t", "ISLANDS\t", "independent primary HK-IS"),
        ("Private Secondary Schools (Day)\t私立中學", "NORTH\t北區", "independent secondary HK-NO"),
        ("Aided Special Schools\t資助特殊學校", "KWAI TSING\t", "aided special HK-KI"),
    ] {
        let row = format!("{category}\tA\t甲\t{district}\t2500\t510220000123\n");
        let read = hong_kong(&row);
        assert_eq!(told(&read), [""; 0], "{row}");
        let one = &read.reading.records[0];
        let code = |dimension| one.attributes.code(dimension).unwrap_or("-");
        let found = format!("{} {} {}", code(Dimension::Type), code(Dimension::Phase), one.local_authority);
        assert_eq!((found.as_str(), read.source), (expected, Some(RegisterSource::Edb)));
    }
    let read = hong_kong("Kindergarten\t幼稚園\tA\t甲\tEASTERN\t東區\t2500\t619841-0001\n");
    assert_eq!((told(&read).len(), read.left_out), (0, [(LeftOut::Type, 1)].into()));
}

#[test]
fn a_school_with_a_row_for_each_session_is_one_where_the_rows_agree() {
    let row = |district: &str| format!("Aided Primary Schools\t\tA\t甲\t{district}\t\t2500\t510220000123\n");
    let read = hong_kong(&(row("EASTERN") + &row("EASTERN")));
    assert_eq!((told(&read).len(), read.reading.records.len()), (0, 1));
    let apart = told(&hong_kong(&(row("EASTERN") + &row("SOUTHERN"))));
    assert_eq!(
        apart,
        [
            "line 3: found `another row of the same school`, expected each institution once, or rows that say the same of it; it stands on line 2 [DUPLICATE]"
        ]
    );
    let nowhere = told(&hong_kong(&row("ATLANTIS")));
    assert_eq!(
        nowhere,
        [
            "line 2, column `district`: found `ATLANTIS`, expected the name of a district of Hong Kong, such as `Sham Shui Po` [UNKNOWN_AREA]"
        ]
    );
    let spoilt = told(&hong_kong(&row("EASTERN").replace("510220000123", "5.1022E+11")));
    assert_eq!(spoilt.len(), 1, "{spoilt:?}");
}

#[test]
fn no_name_or_telephone_is_kept_or_told() {
    let secrets = ["Somebody", "01910000000", "A school"];
    for file in [with(&[]), with(&[("100001", "1")]), with(&[("E06000047", "E99"), ("\"840\"", "\"1\"")])] {
        let read = read(file.as_bytes());
        let kept = format!("{:?} {:?} {:?}", read.reading.records, told(&read), read.reading.ignored);
        assert!(secrets.iter().all(|secret| !kept.contains(secret)), "{kept}");
    }
}

#[test]
fn links_are_read_with_their_lines() {
    let file = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\r\n100001,100002,A school,Successor,07/03/2016\r\n\
                100002,100001,A school,Predecessor,07/03/2016\r\n100003,100004,A,Predecessor - merged,\r\n1.0E+05,100004,A,Successor,\r\n";
    let reading = links::read_links(&Form::default(), file.as_bytes());
    let kinds: Vec<_> = reading.records.iter().map(|link| (link.line, link.kind)).collect();
    assert_eq!(kinds, [(2, Successor), (3, Predecessor), (4, Other)]);
    assert_eq!(reading.problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [5]);
}
