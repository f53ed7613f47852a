//! What a request may do: read. It can neither change anything nor hand out the secret.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use crate::{
    auth::Viewer,
    domain::{AuditRecord, Catalogue, RegisterEdition},
    policy::{self, Grant, Refusal},
    release::Snapshot,
};

use super::{
    Error, Exchange,
    allowance::Allowance,
    audit::{Asked, Audited},
    current::Version,
    rate::Purse,
    session::{Awaited, Session},
};

/// Everything that the contract's questions may reach, for one request of one viewer. Cheap to clone.
///
/// Nothing that writes is a method of it, save the charge of a question that it answers and what the viewer's organisation keeps
/// for itself:
///
/// ```compile_fail
/// # async fn resolver(reader: api::service::Reader) {
/// let _ = reader.publish(None).await;
/// # }
/// ```
///
/// and the secret is out of its reach:
///
/// ```compile_fail
/// # fn resolver(reader: api::service::Reader) {
/// let _ = reader.secret();
/// # }
/// ```
#[derive(Clone)]
pub struct Reader {
    pub(super) exchange: Arc<Exchange>,
    pub(super) session: Arc<Session>,
}

impl Exchange {
    /// Settles for a request who asks, and which release, directory and day it is answered with. `time` is how long its answer
    /// may take, most of which it may wait for an older release to be loaded.
    pub fn reader(self: &Arc<Self>, viewer: Viewer, time: Duration) -> Reader {
        self.reader_with(viewer, Allowance::new(time))
    }

    /// The same for a request whose tables are paid for with the points of a purse.
    pub fn paying_reader(self: &Arc<Self>, viewer: Viewer, time: Duration, purse: Purse) -> Reader {
        self.reader_with(viewer, Allowance::paid_from(time, Some(purse)))
    }

    fn reader_with(self: &Arc<Self>, viewer: Viewer, allowance: Allowance) -> Reader {
        let (current, day) = (self.current(), self.today());
        let session = Session {
            viewer,
            current,
            day,
            allowance,
            place: tokio::sync::Mutex::default(),
            asked: std::sync::Mutex::default(),
            awaited: std::sync::Mutex::default(),
        };
        Reader { exchange: self.clone(), session: Arc::new(session) }
    }
}

impl Reader {
    /// Who asks.
    pub fn viewer(&self) -> &Viewer {
        &self.session.viewer
    }

    /// What an answer hangs on, beside the question and who asks.
    pub fn version(&self) -> Version {
        self.session.version()
    }

    /// What the request may still take.
    pub fn allowance(&self) -> &Allowance {
        &self.session.allowance
    }

    /// Does work that takes more than about a millisecond of processor where it disturbs nobody, when the turn of the viewer's
    /// organisation comes. The request has its place from then on, until nobody holds its reader.
    ///
    /// # Errors
    /// When too much of that organisation waits already, the time of the request is over, or the work panics.
    pub async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let mut place = self.session.place.lock().await;
        if place.is_none() {
            let organisation = match self.viewer() {
                Viewer::Partner(partner) => partner.organisation(),
                Viewer::Anonymous => "",
            };
            *place = Some(self.exchange.heavy.enter(organisation).await?);
        }
        let reader = self.clone();
        let timely = move || reader.allowance().go_on().map(|()| work());
        self.exchange.heavy.run(timely).await?
    }

    /// The questions that were recorded since this was asked last, for whoever gives their answer again.
    pub fn audited(&self) -> Audited {
        let mut asked = self.session.asked.lock().unwrap_or_else(PoisonError::into_inner);
        Audited(std::mem::take(&mut *asked).into())
    }

    /// Lets questions be answered before they are recorded, for one who waits for [`all_recorded`](Self::all_recorded) before the
    /// answer leaves: until then the answer is made, and nothing but its bytes is held meanwhile.
    pub fn record_while_answering(&self) {
        self.session.awaited.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default();
    }

    /// Waits until everything is recorded that was answered since [`record_while_answering`](Self::record_while_answering).
    ///
    /// # Errors
    /// When a charged question is not recorded in time: then nothing of the answer may leave.
    pub async fn all_recorded(&self) -> Result<(), Error> {
        let awaited = self.session.awaited.lock().unwrap_or_else(PoisonError::into_inner).take();
        for Awaited { asked, charged } in awaited.unwrap_or_default() {
            self.exchange.audit.recorded(&asked, charged).await?;
        }
        Ok(())
    }

    /// Waits for the record of a question, now or before the answer leaves.
    pub(super) async fn recorded(&self, asked: Arc<Asked>, charged: bool) -> Result<(), Error> {
        if let Some(awaited) = &mut *self.session.awaited.lock().unwrap_or_else(PoisonError::into_inner) {
            awaited.push(Awaited { asked, charged });
            return Ok(());
        }
        self.exchange.audit.recorded(&asked, charged).await
    }

    /// Counts that an answer is given again.
    pub fn again(&self, audited: &Audited) {
        self.exchange.audit.again(audited, self.exchange.now());
    }

    /// Hands a question in to be recorded.
    pub(super) fn record(&self, record: AuditRecord) -> Result<Option<Arc<Asked>>, Error> {
        let asked = self.exchange.audit.hand_in(record, self.exchange.now())?;
        self.session.asked.lock().unwrap_or_else(PoisonError::into_inner).extend(asked.clone());
        Ok(asked)
    }

    /// The catalogue of the release that the request is answered from.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.session.current.catalogue
    }

    /// The registers that attributes were taken from, newest first, as they were when the release was loaded.
    pub fn registers(&self) -> &Arc<[RegisterEdition]> {
        &self.session.current.registers
    }

    /// The release of a number, the session's own when none is named, for a viewer that may ask at all.
    pub(super) async fn snapshot(&self, number: Option<u32>) -> Result<Arc<Snapshot>, Error> {
        policy::identify(self.viewer(), self.session.directory())?;
        self.exchange.snapshot(&self.session.current, number, self.session.allowance.patience()).await
    }

    /// What the viewer may ask on the session's day, for a purpose or for the only one it has.
    pub(super) fn authorize(&self, catalogue: &Catalogue, purpose: Option<&str>) -> Result<Grant, Refusal> {
        let current = &self.session.current;
        policy::authorize(self.viewer(), &current.directory, &current.circles, catalogue, self.session.day, purpose)
    }
}
