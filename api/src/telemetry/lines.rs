//! The line that each request leaves in the log, written by hand: it is the one line that is written at the pace of requests. It reads
//! as the lines of `tracing` beside it do, in either form.

use std::{cell::RefCell, io::Write, sync::OnceLock};

use chrono::{DateTime, Datelike, Timelike, Utc};

use super::LineWriter;

/// Where lines go and how they are written; set once for the process.
static LINES: OnceLock<Lines> = OnceLock::new();

/// Writes lines.
pub struct Lines {
    json: bool,
    writer: LineWriter,
}

/// What is told of a request that was answered.
pub struct Line<'a> {
    /// When it was.
    pub at: DateTime<Utc>,
    /// The identity of the request.
    pub id: &'a str,
    /// Its method.
    pub method: &'a str,
    /// Its route.
    pub route: &'a str,
    /// The name of the operation, where it has one.
    pub operation: Option<&'a str>,
    /// The code of who asked, where anybody said so.
    pub organisation: Option<&'a str>,
    /// The status of the response.
    pub status: u16,
    /// How long it took, microseconds.
    pub us: u128,
    /// The trace that it belongs to.
    pub trace: Option<&'a str>,
    /// How many like it were answered and not told since the last that was.
    pub untold: Option<u64>,
}

impl Lines {
    /// Sets for the process where lines go: as one JSON object each, or for people. The first call holds.
    pub fn set_up(json: bool, writer: LineWriter) {
        let _ = LINES.set(Self { json, writer });
    }

    /// The lines of the process, where they were set up.
    pub fn of_process() -> Option<&'static Self> {
        LINES.get()
    }

    /// Writes a line.
    pub fn answered(&self, line: &Line<'_>) {
        thread_local! {
            static TEXT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
        }
        TEXT.with_borrow_mut(|text| {
            text.clear();
            if self.json {
                line.json(text);
            } else {
                line.text(text);
            }
            text.push(b'\n');
            self.writer.take(text);
        });
    }
}

impl Line<'_> {
    fn text(&self, text: &mut Vec<u8>) {
        self.time(text);
        text.extend_from_slice(b"  INFO request{id=");
        quoted(text, self.id);
        text.extend_from_slice(b"}: api::http::edge: answered method=");
        text.extend_from_slice(self.method.as_bytes());
        for (name, value) in self.words() {
            if let Some(value) = value {
                text.push(b' ');
                text.extend_from_slice(name.as_bytes());
                text.push(b'=');
                quoted(text, value);
            }
        }
        text.extend_from_slice(b" status=");
        digits(text, self.status.into(), 100);
        text.extend_from_slice(b" us=");
        whole(text, self.us);
        if let Some(trace) = self.trace {
            text.extend_from_slice(b" trace=");
            quoted(text, trace);
        }
        if let Some(untold) = self.untold {
            let _ = write!(text, " untold={untold}");
        }
    }

    fn json(&self, text: &mut Vec<u8>) {
        text.extend_from_slice(b"{\"timestamp\":\"");
        self.time(text);
        text.extend_from_slice(b"\",\"level\":\"INFO\",\"message\":\"answered\",\"method\":");
        quoted(text, self.method);
        for (name, value) in self.words() {
            if let Some(value) = value {
                text.extend_from_slice(b",\"");
                text.extend_from_slice(name.as_bytes());
                text.extend_from_slice(b"\":");
                quoted(text, value);
            }
        }
        text.extend_from_slice(b",\"status\":");
        digits(text, self.status.into(), 100);
        text.extend_from_slice(b",\"us\":\"");
        whole(text, self.us);
        text.push(b'"');
        if let Some(trace) = self.trace {
            text.extend_from_slice(b",\"trace\":");
            quoted(text, trace);
        }
        if let Some(untold) = self.untold {
            let _ = write!(text, ",\"untold\":{untold}");
        }
        text.extend_from_slice(b",\"target\":\"api::http::edge\",\"span\":{\"id\":");
        quoted(text, self.id);
        text.extend_from_slice(b",\"name\":\"request\"},\"spans\":[{\"id\":");
        quoted(text, self.id);
        text.extend_from_slice(b",\"name\":\"request\"}]}");
    }

    fn words(&self) -> [(&'static str, Option<&str>); 3] {
        [("route", Some(self.route)), ("operation", self.operation), ("organisation", self.organisation)]
    }

    /// The instant as RFC 3339 has it, to the microsecond.
    fn time(&self, text: &mut Vec<u8>) {
        let at = self.at.naive_utc();
        digits(text, at.year().unsigned_abs(), 1_000);
        text.push(b'-');
        for (number, after) in [(at.month(), b'-'), (at.day(), b'T'), (at.hour(), b':'), (at.minute(), b':')] {
            digits(text, number, 10);
            text.push(after);
        }
        digits(text, at.second(), 10);
        text.push(b'.');
        digits(text, at.nanosecond() / 1_000 % 1_000_000, 100_000);
        text.push(b'Z');
    }
}

/// Writes a number with as many digits as its highest place asks.
fn digits(text: &mut Vec<u8>, number: u32, mut place: u32) {
    while place > 0 {
        text.push(b'0' + u8::try_from(number / place % 10).unwrap_or(0));
        place /= 10;
    }
}

/// Writes a number with the digits that it has.
fn whole(text: &mut Vec<u8>, number: u128) {
    match u32::try_from(number) {
        Ok(number) => digits(text, number, number.checked_ilog10().map_or(1, |places| 10_u32.pow(places))),
        // Longer than an hour: no request takes that long. Into memory this does not fail.
        Err(_) => drop(write!(text, "{number}")),
    }
}

/// Writes a text between quotes, as JSON.
fn quoted(text: &mut Vec<u8>, value: &str) {
    let plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
    if value.bytes().all(plain) {
        text.push(b'"');
        text.extend_from_slice(value.as_bytes());
        text.push(b'"');
        return;
    }
    // Into memory this does not fail.
    let _ = serde_json::to_writer(text, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(json: bool, operation: Option<&str>, trace: Option<&str>) -> String {
        let line = Line {
            at: "2026-11-25T03:07:06.019053Z".parse().unwrap(),
            id: "53696264-1",
            method: "POST",
            route: "/graphql",
            operation,
            organisation: Some("NE-HUB"),
            status: 200,
            us: 2069,
            trace,
            untold: None,
        };
        let mut text = Vec::new();
        if json {
            line.json(&mut text);
        } else {
            line.text(&mut text);
        }
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_line_reads_as_those_beside_it() {
        assert_eq!(
            written(false, None, None),
            "2026-11-25T03:07:06.019053Z  INFO request{id=\"53696264-1\"}: api::http::edge: answered method=POST \
             route=\"/graphql\" organisation=\"NE-HUB\" status=200 us=2069"
        );
        assert!(written(false, Some("Own"), Some("0a")).ends_with(
            "method=POST route=\"/graphql\" operation=\"Own\" organisation=\"NE-HUB\" status=200 us=2069 trace=\"0a\""
        ));
        assert_eq!(
            written(true, Some("Own"), None),
            "{\"timestamp\":\"2026-11-25T03:07:06.019053Z\",\"level\":\"INFO\",\"message\":\"answered\",\"method\":\"POST\",\
             \"route\":\"/graphql\",\"operation\":\"Own\",\"organisation\":\"NE-HUB\",\"status\":200,\"us\":\"2069\",\
             \"target\":\"api::http::edge\",\"span\":{\"id\":\"53696264-1\",\"name\":\"request\"},\
             \"spans\":[{\"id\":\"53696264-1\",\"name\":\"request\"}]}"
        );
    }

    #[test]
    fn numbers_are_written_with_the_digits_that_they_have() {
        for number in [0, 9, 10, 99, 100, 2_069, 1_000_000, u32::MAX.into(), u128::from(u32::MAX) + 1] {
            let mut text = Vec::new();
            whole(&mut text, number);
            assert_eq!(String::from_utf8(text).unwrap(), number.to_string());
        }
    }

    #[test]
    fn what_somebody_sent_ends_no_line() {
        let line = written(true, Some("a\"\n"), None);
        assert!(line.contains(r#""operation":"a\"\n""#) && !line.contains('\n'), "{line}");
    }
}
