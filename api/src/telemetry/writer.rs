//! Where lines go: gathered in memory, and written by a thread of their own, many at a time where there are many.
//!
//! To wake a thread for each line costs more than the line, so the thread that writes pauses after each write: a line that comes
//! alone goes out at once, and at the pace of requests all that come within a pause go out together, without anybody being woken.

use std::{
    io::{self, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use tracing_subscriber::fmt::MakeWriter;

/// The longest that a line waits for others.
const PAUSE: Duration = Duration::from_millis(2);

/// How much may wait, bytes. Whoever has a line more waits until there is room: none is dropped.
const MOST_WAITING: usize = 16 << 20;

/// The room that is kept for lines while there are few, bytes.
const KEPT: usize = 256 << 10;

/// How long the end waits for the last lines to be taken.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Takes lines, each in one piece. Cheap to clone.
#[derive(Clone)]
pub struct LineWriter(Arc<Gathered>);

/// Writes what is left when it is dropped.
#[must_use = "what is left is written when it is dropped"]
pub struct LastLines(Arc<Gathered>);

#[derive(Default)]
struct Gathered {
    waiting: Mutex<Waiting>,
    /// Wakes the thread that writes.
    come: Condvar,
    /// Wakes those that wait for room, or for the end.
    gone: Condvar,
}

#[derive(Default)]
struct Waiting {
    text: Vec<u8>,
    /// Whether the thread that writes sleeps until it is woken.
    asleep: bool,
    /// How many wait for room.
    held_up: usize,
    ending: bool,
    /// Nobody writes any more what is gathered.
    ended: bool,
}

impl LineWriter {
    /// Writes to `to` by a thread of its own, until the guard is dropped.
    ///
    /// # Errors
    /// When there is no room for a thread.
    pub fn start(to: impl Write + Send + 'static) -> io::Result<(Self, LastLines)> {
        let gathered = Arc::new(Gathered::default());
        let writing = gathered.clone();
        thread::Builder::new().name("log".to_owned()).spawn(move || writing.write_to(to))?;
        Ok((Self(gathered.clone()), LastLines(gathered)))
    }

    /// Takes whole lines.
    pub fn take(&self, lines: &[u8]) {
        let Gathered { come, gone, .. } = &*self.0;
        let mut waiting = self.0.waiting();
        while waiting.text.len() >= MOST_WAITING && !waiting.ended {
            waiting.held_up += 1;
            waiting = gone.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            waiting.held_up -= 1;
        }
        if waiting.ended {
            // One line at a time: the lock is held. What cannot be written is told nowhere: it would be told here.
            let _ = io::stderr().write_all(lines);
            return;
        }
        waiting.text.extend_from_slice(lines);
        if std::mem::take(&mut waiting.asleep) {
            drop(waiting);
            come.notify_one();
        }
    }
}

impl Gathered {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Nothing is left half done under the lock, so a panic elsewhere spoils nothing.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_to(&self, mut to: impl Write) {
        let mut text = Vec::new();
        loop {
            let mut waiting = self.waiting();
            while waiting.text.is_empty() && !waiting.ending {
                waiting.asleep = true;
                waiting = self.come.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            }
            waiting.asleep = false;
            if waiting.text.is_empty() {
                waiting.ended = true;
                drop(waiting);
                self.gone.notify_all();
                return;
            }
            std::mem::swap(&mut waiting.text, &mut text);
            let (held_up, ending) = (waiting.held_up > 0, waiting.ending);
            drop(waiting);
            if held_up {
                self.gone.notify_all();
            }
            let _ = to.write_all(&text).and_then(|()| to.flush());
            text.clear();
            text.shrink_to(KEPT);
            if !ending {
                thread::sleep(PAUSE);
            }
        }
    }
}

impl Drop for LastLines {
    fn drop(&mut self) {
        let mut waiting = self.0.waiting();
        waiting.ending = true;
        self.0.come.notify_one();
        // Where nobody takes them the process ends all the same.
        let until = |waiting: &mut Waiting| !waiting.ended;
        let _ = self.0.gone.wait_timeout_while(waiting, LAST_LINES, until);
    }
}

impl Write for LineWriter {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        self.take(lines);
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for LineWriter {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Hands on each piece that is written, once it is let.
    struct Pieces(mpsc::Sender<Vec<u8>>, mpsc::Receiver<()>);

    impl Write for Pieces {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.send(bytes.to_vec());
            let _ = self.1.recv();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_alone_goes_out_at_once_and_those_that_come_meanwhile_together() {
        let ((written, pieces), (lets, letting)) = (mpsc::channel(), mpsc::channel());
        let (lines, guard) = LineWriter::start(Pieces(written, letting)).unwrap();
        lines.take(b"one\n");
        assert_eq!(pieces.recv().unwrap(), b"one\n");
        let several = (0..4).map(|number| {
            let lines = lines.clone();
            thread::spawn(move || (0..1_000).for_each(|_| lines.take(format!("line {number}\n").as_bytes())))
        });
        several.collect::<Vec<_>>().into_iter().for_each(|thread| thread.join().unwrap());
        lets.send(()).unwrap();
        let together = String::from_utf8(pieces.recv().unwrap()).unwrap();
        for number in 0..4 {
            let own = format!("line {number}");
            assert_eq!(together.lines().filter(|line| *line == own).count(), 1_000, "none is lost or broken");
        }
        assert_eq!(together.lines().count(), 4_000);
        lines.take(b"last\n");
        drop(lets);
        drop(guard);
        assert_eq!(pieces.try_iter().collect::<Vec<_>>(), [b"last\n"], "what is left is written before the end");
    }

    #[test]
    fn whoever_has_more_than_there_is_room_for_waits_and_loses_nothing() {
        let ((written, pieces), (lets, letting)) = (mpsc::channel(), mpsc::channel());
        let (lines, guard) = LineWriter::start(Pieces(written, letting)).unwrap();
        lines.take(b"first\n");
        pieces.recv().unwrap();
        lines.take(&vec![b'x'; MOST_WAITING]);
        let more = thread::spawn(move || lines.take(b"more\n"));
        let waits = || guard.0.waiting().held_up == 1;
        while !waits() {
            thread::yield_now();
        }
        drop(lets);
        more.join().unwrap();
        drop(guard);
        assert_eq!(pieces.iter().map(|piece| piece.len()).sum::<usize>(), MOST_WAITING + 5);
    }

    #[test]
    fn an_end_that_nobody_takes_lines_of_comes_all_the_same() {
        let ((written, pieces), (lets, letting)) = (mpsc::channel(), mpsc::channel());
        let (lines, guard) = LineWriter::start(Pieces(written, letting)).unwrap();
        lines.take(b"stuck\n");
        pieces.recv().unwrap();
        drop(guard);
        drop(lets);
    }
}
