//! Every answered question is recorded before its answer leaves; repeats are counted, and the counts are written every minute.
//!
//! One task writes, so that what is asked at the same time is written together, as one group, and the chain has one end. A question that was
//! charged is not answered without its record. A free one waits for it as long as records are written; while they cannot be, the
//! record is kept until they can, and past a bound nothing that is new is answered.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use quick_cache::sync::Cache;
use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    task::yield_now,
    time::{Instant, MissedTickBehavior, interval, sleep, timeout},
};
use zeroize::Zeroizing;

use crate::{
    auth::new_identifier,
    domain::{AuditHead, AuditKind, AuditLines, AuditRecord, Clock},
    store::Store,
};

use super::Error;

/// How many questions are remembered as recorded by this process.
const REMEMBERED: usize = 20_000;

/// What a question takes beside its text, bytes.
const ASKED_BYTES: usize = 400;

/// How many records wait to be written at the most.
const MOST_WAITING: usize = 16_384;

/// How many are written together at the most.
const TOGETHER: usize = 256;

/// How long a question waits for its record. Longer than it takes to find out that none can be written.
const PATIENCE: Duration = Duration::from_secs(4);

/// How long the first repeats of a question wait until they are counted in the database.
const FIRST_COUNT: Duration = Duration::from_secs(1);

/// How often the repeats of one question are counted there after that.
const COUNTED_EVERY: Duration = Duration::from_mins(1);

/// How long it is waited between attempts to write.
const BETWEEN: Duration = Duration::from_millis(200);

/// How long the end waits until everything is written.
const CLOSING: Duration = Duration::from_secs(5);

/// A question that this process recorded, or is about to.
pub(super) struct Asked {
    record: Arc<AuditRecord>,
    written: AtomicBool,
    told: Notify,
    /// How many repeats are not counted in the database yet, and when the last came, milliseconds.
    repeats: AtomicU64,
    repeated_at: AtomicI64,
    /// When its repeats were counted last.
    counted: Mutex<Option<Instant>>,
}

impl Asked {
    fn counted(&self) -> Option<Instant> {
        *self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it is written.
    async fn written(&self) {
        loop {
            let told = self.told.notified();
            if self.written.load(Ordering::Acquire) {
                return;
            }
            told.await;
        }
    }
}

/// The questions of one answer, for whoever gives the answer again.
#[derive(Clone, Default)]
pub struct Audited(pub(super) Arc<[Arc<Asked>]>);

impl Audited {
    /// What they take, bytes.
    pub fn weight(&self) -> usize {
        self.0.iter().map(|asked| asked.record.question.len() + ASKED_BYTES).sum()
    }
}

/// Where answered questions are recorded.
pub(super) struct Audit {
    store: Store,
    asked: Cache<Arc<AuditRecord>, Arc<Asked>>,
    waiting: mpsc::Sender<Job>,
    repeated: Arc<Repeated>,
    /// Whether records cannot be written at present.
    failing: watch::Receiver<bool>,
    off: AtomicBool,
}

enum Job {
    /// Write a question, with the line that tells of it.
    Write(Arc<Asked>, AuditLines),
    /// Write everything, and say when that is done.
    Finish(oneshot::Sender<()>),
}

/// Questions with repeats that are not counted yet, each from when on they may be.
#[derive(Default)]
struct Repeated(Mutex<Vec<(Arc<Asked>, Instant)>>);

impl Repeated {
    fn list(&self) -> MutexGuard<'_, Vec<(Arc<Asked>, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those whose time has come, or all.
    fn due(&self, all: bool) -> Vec<Arc<Asked>> {
        let now = Instant::now();
        let mut list = self.list();
        let (due, later) = list.drain(..).partition(|(_, from)| all || *from <= now);
        *list = later;
        drop(list);
        Vec::into_iter(due).map(|(asked, _)| asked).collect()
    }
}

impl Audit {
    /// An audit that is kept in a store, hashed under a key.
    pub(super) fn new(store: Store, key: Zeroizing<[u8; 32]>, clock: Arc<dyn Clock>) -> Self {
        let (waiting, jobs) = mpsc::channel(MOST_WAITING);
        let (asked, repeated) = (Cache::new(REMEMBERED), Arc::new(Repeated::default()));
        let (fails, failing) = watch::channel(false);
        let writer = Writer { store: store.clone(), key, clock, chain: None, repeated: repeated.clone(), fails };
        tokio::spawn(writer.run(jobs));
        Self { store, asked, waiting, repeated, failing, off: AtomicBool::new(false) }
    }

    /// Records nothing from now on: for measuring against.
    pub(super) fn switch_off(&self) {
        self.off.store(true, Ordering::Relaxed);
    }

    /// Hands a question in, to be recorded or counted. None where the audit is switched off.
    ///
    /// # Errors
    /// When too many wait: then nothing may be answered.
    pub(super) fn hand_in(&self, record: AuditRecord, at: DateTime<Utc>) -> Result<Option<Arc<Asked>>, Error> {
        if self.off.load(Ordering::Relaxed) {
            return Ok(None);
        }
        if let Some(asked) = self.asked.get(&record) {
            self.count(&asked, at);
            return Ok(Some(asked));
        }
        let line = AuditLines::question(AuditKind::Question, &record, 1, at).map_err(unwritable)?;
        let record = Arc::new(record);
        let asked = Arc::new(Asked {
            record: record.clone(),
            written: AtomicBool::new(false),
            told: Notify::new(),
            repeats: AtomicU64::new(0),
            repeated_at: AtomicI64::new(at.timestamp_millis()),
            counted: Mutex::default(),
        });
        self.waiting.try_send(Job::Write(asked.clone(), line)).map_err(|_| unavailable())?;
        self.asked.insert(record, asked.clone());
        Ok(Some(asked))
    }

    /// Waits for the record of a question; of a free one as long as records are written.
    ///
    /// # Errors
    /// When a charged one is not recorded in time: then it must not be answered.
    pub(super) async fn recorded(&self, asked: &Asked, charged: bool) -> Result<(), Error> {
        if asked.written.load(Ordering::Acquire) {
            return Ok(());
        }
        if charged {
            return timeout(PATIENCE, asked.written()).await.map_err(|_| unavailable());
        }
        let mut failing = self.failing.clone();
        let known = async {
            tokio::select! {
                () = asked.written() => {}
                _ = failing.wait_for(|failing| *failing) => {}
            }
        };
        if self.store.check_not_away().is_ok() {
            let _ = timeout(PATIENCE, known).await;
        }
        Ok(())
    }

    /// Counts that an answer is given again.
    pub(super) fn again(&self, audited: &Audited, at: DateTime<Utc>) {
        for asked in &*audited.0 {
            self.count(asked, at);
        }
    }

    fn count(&self, asked: &Arc<Asked>, at: DateTime<Utc>) {
        asked.repeated_at.fetch_max(at.timestamp_millis(), Ordering::Relaxed);
        if asked.repeats.fetch_add(1, Ordering::AcqRel) == 0 {
            let counted = asked.counted();
            let soon = Instant::now() + FIRST_COUNT;
            self.repeated.list().push((asked.clone(), counted.map_or(soon, |at| soon.max(at + COUNTED_EVERY))));
        }
    }

    /// Writes what is left.
    pub(super) async fn close(&self) {
        let (done, told) = oneshot::channel();
        let finish = async { self.waiting.send(Job::Finish(done)).await.is_ok() && told.await.is_ok() };
        if timeout(CLOSING, finish).await != Ok(true) {
            tracing::warn!("the audit was not written to its end: the database did not answer in time");
        }
    }
}

/// Lets those come along that are on their way: a write takes much longer than whoever else is ready to go on.
async fn gather(jobs: &mut mpsc::Receiver<Job>, batch: &mut Vec<Job>) {
    loop {
        let before = batch.len();
        yield_now().await;
        while batch.len() < TOGETHER
            && let Ok(job) = jobs.try_recv()
        {
            batch.push(job);
        }
        if batch.len() == before || batch.len() == TOGETHER {
            return;
        }
    }
}

fn unwritable(error: serde_json::Error) -> Error {
    Error::Internal(error.into())
}

fn unavailable() -> Error {
    Error::Unavailable("the question cannot be recorded at present, and is not answered without".to_owned())
}

struct Writer {
    store: Store,
    key: Zeroizing<[u8; 32]>,
    clock: Arc<dyn Clock>,
    /// The end of the chain of this process.
    chain: Option<AuditHead>,
    repeated: Arc<Repeated>,
    fails: watch::Sender<bool>,
}

impl Writer {
    async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut batch = Vec::with_capacity(TOGETHER);
        let mut ticks = interval(FIRST_COUNT);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                handed_in = jobs.recv_many(&mut batch, TOGETHER) => {
                    if handed_in == 0 {
                        return;
                    }
                    gather(&mut jobs, &mut batch).await;
                    let (mut questions, mut lines, mut finish) = (Vec::new(), AuditLines::default(), Vec::new());
                    for job in batch.drain(..) {
                        match job {
                            Job::Write(asked, line) => {
                                questions.push(asked);
                                lines.append(&line);
                            }
                            Job::Finish(done) => finish.push(done),
                        }
                    }
                    self.write(lines).await;
                    for asked in questions {
                        asked.written.store(true, Ordering::Release);
                        asked.told.notify_waiters();
                    }
                    if !finish.is_empty() {
                        self.count(true).await;
                        for done in finish {
                            let _ = done.send(());
                        }
                    }
                }
                _ = ticks.tick() => self.count(false).await,
            }
        }
    }

    /// Counts repeats in the database. What comes meanwhile is counted a minute later.
    async fn count(&mut self, all: bool) {
        for some in self.repeated.due(all).chunks(TOGETHER) {
            let mut lines = AuditLines::default();
            let mut counted = Vec::with_capacity(some.len());
            for asked in some {
                let times = asked.repeats.load(Ordering::Acquire);
                let at = DateTime::from_timestamp_millis(asked.repeated_at.load(Ordering::Relaxed)).unwrap_or_default();
                match AuditLines::question(AuditKind::Repeat, &asked.record, times, at) {
                    Ok(line) => {
                        lines.append(&line);
                        counted.push((asked, times));
                    }
                    Err(error) => tracing::error!(%error, "repeats of a question cannot be recorded"),
                }
            }
            self.write(lines).await;
            for (asked, times) in counted {
                *asked.counted.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
                // What came meanwhile, it alone is left.
                if asked.repeats.fetch_sub(times, Ordering::AcqRel) > times {
                    self.repeated.list().push((asked.clone(), Instant::now() + COUNTED_EVERY));
                }
            }
        }
    }

    /// Writes entries to the chain, however long the database is away.
    async fn write(&mut self, lines: AuditLines) {
        if lines.is_empty() {
            return;
        }
        loop {
            match self.append(&lines).await {
                Ok(()) => {
                    if self.fails.send_replace(false) {
                        tracing::info!("the audit is written again");
                    }
                    return;
                }
                Err(error) => {
                    if !self.fails.send_replace(true) {
                        let cause = format!("{:#}", anyhow::Error::from(error));
                        tracing::warn!(cause, "the audit cannot be written; it is kept until it can");
                    }
                    sleep(BETWEEN).await;
                }
            }
        }
    }

    async fn append(&mut self, lines: &AuditLines) -> Result<(), Error> {
        let (chain, heads) = match self.chain.take() {
            Some(chain) => (chain, None),
            None => (Self::new_chain()?, Some(self.store.audit_heads().await?)),
        };
        let group = match heads.as_deref() {
            None => lines.after(&chain, &self.key),
            Some(heads) => {
                let mut all = self.first_lines(heads)?;
                all.append(lines);
                all.after(&chain, &self.key)
            }
        };
        let Some(group) = group else { return Ok(()) };
        let end = group.end();
        let Err(error) = self.store.append_audit(&group, heads.as_deref()).await else {
            self.chain = Some(end);
            return Ok(());
        };
        // Whether it came to stand is not known: a connection may be lost on its way back.
        match self.store.audit_head(&chain.chain).await {
            Ok(Some(head)) if head == end => {
                self.chain = Some(end);
                Ok(())
            }
            Ok(Some(head)) if head == chain => {
                self.chain = Some(chain);
                Err(error.into())
            }
            Err(_) if heads.is_none() => {
                self.chain = Some(chain);
                Err(error.into())
            }
            // Neither: another database answers than before. A new chain bears witness of how far this one stands there.
            _ => Err(error.into()),
        }
    }

    fn new_chain() -> Result<AuditHead, Error> {
        let chain = new_identifier().map_err(|error| Error::Internal(error.into()))?;
        Ok(AuditHead { chain, number: 0, hash: String::new() })
    }

    /// What a chain begins with: that it does, and how far the others had come.
    fn first_lines(&self, heads: &[AuditHead]) -> Result<AuditLines, Error> {
        let now = self.clock.now();
        let mut lines = AuditLines::bare(AuditKind::Start, now, "").map_err(unwritable)?;
        for head in heads {
            let text = format!("{} {} {}", head.chain, head.number, head.hash);
            lines.append(&AuditLines::bare(AuditKind::Witness, now, &text).map_err(unwritable)?);
        }
        Ok(lines)
    }
}
