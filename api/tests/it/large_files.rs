//! Files that would fill the memory are refused at once, by the command as it is run.

use std::{
    fs::File,
    io::{Cursor, Write},
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::support::{Desk, OWN_FILES, peak_memory};

/// How long a refusal may take: taken in whole, each of the files would take minutes, or all memory.
const LONGEST: Duration = Duration::from_mins(1);

/// How much memory it may take, bytes.
const MOST: u64 = 200 << 20;

fn desk() -> Desk {
    let desk = Desk::new();
    desk.does(&["secret", "new", "exchange.secret"]);
    desk.does_own(&["migrate"]);
    desk.does_own(&["organisation", "add", "NE-HUB", "--kind", "hub", "--name", "Hub", "--area", "HUB-2018-21"]);
    desk
}

/// What the command tells of a file, which it must refuse in time and in little memory. What is written to its input comes from `feed`.
fn refused(desk: &Desk, command: &[&str], feed: impl FnOnce(&mut dyn Write) + Send) -> String {
    let mut command = desk.command(&[command, &OWN_FILES].concat());
    let began = Instant::now();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut peak = 0;
    thread::scope(|scope| {
        scope.spawn(move || feed(&mut input));
        while child.try_wait().unwrap().is_none() {
            peak = peak_memory(child.id()).max(peak);
            thread::sleep(Duration::from_millis(2));
        }
    });
    let took = began.elapsed();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    eprintln!("{took:?}, {} MiB: {told}", peak >> 20);
    assert!(!output.status.success() && told.contains("nothing stored"), "{told}");
    assert!(took < LONGEST && peak < MOST && peak > 0, "{took:?}, {} MiB: {told}", peak >> 20);
    told
}

const IMPORTS: [[&str; 3]; 2] =
    [["import", "results", "--organisation=NE-HUB"], ["import", "register", "--accept-valid"]];

#[test]
fn one_line_of_500_megabytes_is_refused_at_once() {
    let desk = desk();
    for import in IMPORTS {
        for start in ["", "\"", "a,b\n\""] {
            let told = refused(&desk, &[&import[..], &["-"]].concat(), |input| {
                // The command ends before it has read everything.
                let _ = input.write_all(start.as_bytes());
                let piece = vec![b'x'; 1 << 20];
                for _ in 0..500 {
                    if input.write_all(&piece).is_err() {
                        break;
                    }
                }
            });
            assert!(told.contains("[TOO_LARGE]") || told.contains("[HEADER]"), "{told}");
        }
    }
}

/// A workbook of which the only sheet is `content`, packed.
fn workbook(content: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [("xl/workbook.xml", &b"<workbook/>"[..]), ("xl/worksheets/sheet1.xml", content)] {
        zip.start_file(name, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_workbook_of_200_megabytes_and_one_that_unpacks_to_more_are_refused_at_once() {
    let desk = desk();
    let mut file = File::create(desk.path("large.xlsx")).unwrap();
    file.write_all(&workbook(b"<worksheet/>")).unwrap();
    file.set_len(200 << 20).unwrap();
    let spaces = vec![b' '; 600 << 20];
    let bomb = workbook(&spaces);
    assert!(bomb.len() < 1 << 20);
    std::fs::write(desk.path("bomb.xlsx"), &bomb).unwrap();
    // It says of itself that it unpacks to little.
    let said = u32::try_from(spaces.len()).unwrap().to_le_bytes();
    let mut liar = bomb;
    let places: Vec<usize> = (0..liar.len() - 4).filter(|&at| liar[at..at + 4] == said).collect();
    assert!(!places.is_empty());
    for at in places {
        liar[at..at + 4].copy_from_slice(&1_000_u32.to_le_bytes());
    }
    std::fs::write(desk.path("liar.xlsx"), liar).unwrap();
    for import in IMPORTS {
        for name in ["large.xlsx", "bomb.xlsx", "liar.xlsx"] {
            let told = refused(&desk, &[&import[..], &[name]].concat(), |_| {});
            assert!(told.contains("[TOO_LARGE]") || told.contains("[UNREADABLE]"), "{told}");
        }
    }
}
