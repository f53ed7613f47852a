//! The read path: a viewer's question becomes a protected table, or a preview of one. Each step demands what the one before made.

use std::sync::Arc;

use crate::{
    auth::Viewer,
    datasets::Booked,
    tabulation::{self, Admitted, Advised, Citation, Dataset, Preview, Tabulation},
};

use super::{Error, Reader};

/// From how many cells on a table, or a preview of one, is work for the pool: about a millisecond of processor.
const HEAVY_CELLS: usize = 1_000;

/// From how many hidden figures on advice is work for the pool: each may be looked for in several changed tables.
const HEAVY_ADVICE: usize = 20;

impl Reader {
    /// Answers a question from a release, the newest when none is named. `fields` is how many of each cell will be read.
    ///
    /// # Errors
    /// When there is no release, no grant, the question breaks a rule, its budget is used up or cannot be charged, or it cannot be
    /// recorded. None of them depends on scores. A question that breaks a rule, or is more than one answer has room for, is not charged.
    pub async fn tabulate<D: Booked>(
        &self,
        question: D::Question,
        release: Option<u32>,
        fields: usize,
    ) -> Result<Tabulation<D>, Error> {
        let measured = self.measure::<D>("table");
        let admitted = self.admit::<D>(question, release).await?;
        self.allowance().take_cells(admitted.cells(), fields)?;
        let payer = self.payer(admitted.organisation());
        let bought = measured.charged(self.exchange.ledger().pay(admitted, payer, self.exchange.now()).await)?;
        let client = match self.viewer() {
            Viewer::Partner(partner) => partner.client(),
            Viewer::Anonymous => None,
        };
        let (asked, charged) = (self.record(bought.record(client))?, bought.is_charged());
        let table = match bought.look_up(self.session.current.books.as_deref().map(D::book)) {
            Ok(table) => measured.table(table),
            Err(uncounted) => {
                let (key, cells) = (self.exchange.noise().clone(), uncounted.cells());
                let work = move || measured.table(tabulation::tabulate(*uncounted, &key));
                if cells < HEAVY_CELLS { work() } else { self.work(work).await? }
            }
        };
        // Written while the table was made.
        if let Some(asked) = asked {
            self.recorded(asked, charged).await?;
        }
        Ok(table)
    }

    /// Tells what a question would cost and what its table would look like. Charges nothing. `fields` is how many of each cell
    /// of the preview will be read.
    ///
    /// # Errors
    /// As [`Reader::tabulate`], save that a budget that is used up is told in the cells.
    pub async fn preview<D: Dataset>(
        &self,
        question: D::Question,
        release: Option<u32>,
        fields: usize,
    ) -> Result<Preview<D>, Error> {
        let measured = self.measure::<D>("preview");
        let admitted = self.admit::<D>(question, release).await?;
        self.allowance().take_cells(admitted.cells(), fields)?;
        let payer = self.payer(admitted.organisation());
        let quote = self.exchange.ledger().quote(&admitted, payer).await?;
        let (cells, work) = (admitted.cells(), move || measured.preview(Preview::new(admitted, &quote)));
        if cells < HEAVY_CELLS { Ok(work()) } else { self.work(work).await }
    }

    /// The table that a citation names, with the numbers it had, whatever was published since. It is answered under the
    /// viewer's own grant, for one of its purposes; what an organisation handed in itself, to that organisation.
    ///
    /// `want` sets what a citation does not say: the parts of the table that are wanted.
    ///
    /// # Errors
    /// When the text is no citation; else as [`Reader::tabulate`], and when the grant gives another tier than the one cited.
    pub async fn cited<D: Booked>(
        &self,
        citation: &str,
        purpose: Option<String>,
        fields: usize,
        want: impl FnOnce(&mut D::Question),
    ) -> Result<Tabulation<D>, Error> {
        let citation = self.whole_citation(citation).await?;
        let Citation { release, mut question } = Citation::<D>::read(&citation)?;
        let asked = D::asked(&mut question);
        asked.purpose = purpose.or(asked.purpose.take());
        want(&mut question);
        self.tabulate::<D>(question, Some(release), fields).await
    }

    /// Looks into the remedies of an answer before they are read: on the pool where many are wanted.
    ///
    /// # Errors
    /// When that fails.
    pub async fn advise<A: Advised>(&self, answer: &Arc<A>) -> Result<(), Error> {
        if answer.hidden() < HEAVY_ADVICE {
            return Ok(());
        }
        let answer = answer.clone();
        self.work(move || answer.look_into_remedies()).await
    }

    /// Settles who asks, what may be asked and what it takes, before anything is counted.
    async fn admit<D: Dataset>(&self, mut question: D::Question, release: Option<u32>) -> Result<Admitted<D>, Error> {
        let snapshot = self.snapshot(release).await?;
        let asked = D::asked(&mut question);
        let grant = self.authorize(snapshot.catalogue(), asked.purpose.as_deref())?;
        let published = snapshot.release().method;
        if let Some(cited) = asked.method.filter(|&cited| cited != published) {
            return Err(Error::BadRequest(format!(
                "the citation names method {}, and release {} was published with method {}",
                cited.number(),
                snapshot.release().number,
                published.number()
            )));
        }
        Ok(Admitted::new(&question, grant, snapshot)?)
    }

    /// The organisation whose budget it is, where it is still known.
    fn payer(&self, organisation: &str) -> Option<i64> {
        self.session.directory().organisation(organisation).map(|organisation| organisation.id)
    }
}
