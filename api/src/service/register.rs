//! Registers of institutions, as the operator hands them in, and the links by which a school goes on under another identifier.
//!
//! Only the operator can: whoever chose what a register says would choose who stands in which cell.

use std::{
    collections::{BTreeMap, HashMap},
    io::Read,
};

use chrono::NaiveDate;

use crate::{
    domain::{
        Cuts, DroppedLink, Pseudonym, Register, RegisterEdition, RegisterSource, Registered, WhyDropped, register,
        register_link,
    },
    ingest::{
        self, Alike, Form, Found, Problem, Reading,
        register::{LeftOut, RegisterReading},
    },
    store::{NewRegisterEntry, RegisterReceipt},
};

use super::{Error, Operator};

/// How a register is taken in.
#[derive(Debug, Clone, Default)]
pub struct RegisterRequest {
    /// The day it is of; where absent the newest day on which a row was changed, or else today.
    pub as_of: Option<NaiveDate>,
    /// Store the good rows of a file that also has bad ones.
    pub accept_valid: bool,
}

/// What became of a register.
#[derive(Debug)]
pub struct RegisterReport {
    /// The rows read, without the header.
    pub rows: u64,
    /// What is wrong, in the order of the file: the first problems of each kind.
    pub problems: Vec<Problem>,
    /// Every kind of problem, with how many there are.
    pub kinds: Vec<Alike>,
    /// The form in which the table was found; absent where there is none.
    pub found: Option<Found>,
    /// How many columns were not looked at.
    pub ignored: usize,
    /// How many rows were left out, and why.
    pub left_out: BTreeMap<LeftOut, u64>,
    /// What was stored; `None` when the problems kept everything out.
    pub stored: Option<(RegisterEdition, RegisterReceipt)>,
}

/// What became of a list of links.
#[derive(Debug)]
pub struct LinksReport {
    /// The rows read, without the header.
    pub rows: u64,
    /// What is wrong, in the order of the file: the first problems of each kind. These rows are left out.
    pub problems: Vec<Problem>,
    /// Every kind of problem, with how many there are.
    pub kinds: Vec<Alike>,
    /// How many chains there are, each of one school.
    pub chains: usize,
    /// The links that made none, by line.
    pub dropped: Vec<DroppedLink>,
    /// Whether anything was stored: not where the file is no list of links.
    pub stored: bool,
}

impl Operator<'_> {
    /// Reads a register and keeps of each institution its place and attributes on the register's day, under pseudonyms. A file with problems
    /// stores nothing unless its good rows are to be accepted. Results that were handed in stay as they are.
    ///
    /// # Errors
    /// When the database fails. Problems of the file are not errors but data.
    pub async fn import_register(
        &self,
        request: &RegisterRequest,
        form: &Form,
        input: impl Read,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<RegisterReport, Error> {
        self.check_not_demo().await?;
        let catalogue = self.0.store().newest_catalogue(self.0.today()).await?;
        let RegisterReading { source, reading, left_out } =
            ingest::register::read_register(form, input, &catalogue, self.0.secret(), &mut progress);
        let Reading { records, rows, problems, kinds, checksum, found, ignored, .. } = reading;
        let wanted = problems.is_empty() || (request.accept_valid && !records.is_empty());
        let stored = match source.filter(|_| wanted) {
            Some(source) => Some(self.take_in(source, request, &records, checksum).await?),
            None => None,
        };
        Ok(RegisterReport { rows, problems, kinds, found, ignored: ignored.len(), left_out, stored })
    }

    async fn take_in(
        self,
        source: RegisterSource,
        request: &RegisterRequest,
        records: &[Registered],
        checksum: [u8; 32],
    ) -> Result<(RegisterEdition, RegisterReceipt), Error> {
        let today = self.0.today();
        let newest = records.iter().filter_map(|record| record.changed_on).max();
        let as_of = request.as_of.or(newest).unwrap_or(today);
        if as_of > today {
            return Err(Error::BadRequest(format!("expected the day of the register, up to {today}, found {as_of}")));
        }
        let editions = self.0.store().register_editions().await?;
        let cuts = register::cuts(records, &cuts_before(&editions, source, as_of));
        let edition = RegisterEdition { source, as_of, checksum, institutions: records.len(), cuts };
        let named = unambiguous(records);
        let entries: Vec<NewRegisterEntry> = records
            .iter()
            .map(|record| NewRegisterEntry {
                institution: record.institution,
                names: record
                    .names
                    .iter()
                    .copied()
                    .filter(|name| named.get(name) == Some(&record.institution))
                    .collect(),
                entry: record.entry(as_of, &edition.cuts),
            })
            .collect();
        let receipt = self.0.store().take_in_register(&edition, &entries).await?;
        Ok((edition, receipt))
    }

    /// Reads a list of links between establishments and lets results under any identifier of a school be kept as those of one institution. Links
    /// that tell of anything else are left out and told. What was kept under an identifier before stays under it.
    ///
    /// # Errors
    /// When the database fails: then nothing is stored.
    pub async fn import_links(&self, form: &Form, input: impl Read) -> Result<LinksReport, Error> {
        self.check_not_demo().await?;
        let Reading { records, rows, problems, kinds, found, .. } = ingest::register::links::read_links(form, input);
        let is_list = found.is_some() && !records.is_empty();
        let register = self.0.store().register().await?;
        let urn = |identifier: &str| self.0.secret().pseudonym("URN", identifier);
        let (chains, mut dropped) =
            register_link::chains(&records, |before, after| against(&register, urn(before), urn(after)));
        let pseudonyms: Vec<Vec<Pseudonym>> =
            chains.iter().map(|chain| chain.iter().map(|identifier| urn(identifier)).collect()).collect();
        let made = if is_list { self.0.store().take_in_chains(&pseudonyms).await? } else { Vec::new() };
        for (chain, _) in chains.iter().zip(&made).filter(|(_, made)| !**made) {
            let of_chain = records.iter().filter(|link| chain.contains(&link.school) && chain.contains(&link.other));
            dropped.extend(of_chain.map(|link| DroppedLink { line: link.line, why: WhyDropped::BothKnown }));
        }
        dropped.sort_unstable_by_key(|link| link.line);
        let chains = made.iter().filter(|made| **made).count();
        Ok(LinksReport { rows, problems, kinds, chains, dropped, stored: is_list })
    }
}

/// What the register has against a school coming in the place of another one.
fn against(register: &Register, before: Pseudonym, after: Pseudonym) -> Option<WhyDropped> {
    let (before, after) = (register.newest(before)?, register.newest(after)?);
    if let (Some(opened_before), Some(opened_after)) = (before.opened_on, after.opened_on)
        && opened_before > opened_after
    {
        return Some(WhyDropped::Flipped);
    }
    match (before.closed_on, after.closed_on) {
        (None, None) => Some(WhyDropped::BothOpen),
        (None, Some(_)) => Some(WhyDropped::Flipped),
        _ => None,
    }
}

/// The cuts that went before a day: those of the newest edition until then, or of the oldest one after it.
fn cuts_before(editions: &[RegisterEdition], source: RegisterSource, as_of: NaiveDate) -> Cuts {
    let mut of_source: Vec<&RegisterEdition> = editions.iter().filter(|edition| edition.source == source).collect();
    of_source.sort_unstable_by_key(|edition| edition.as_of);
    let until = of_source.partition_point(|edition| edition.as_of <= as_of);
    of_source.get(until.saturating_sub(1)).map(|edition| edition.cuts.clone()).unwrap_or_default()
}

/// Which institution each other identifier names: those that name several, as a trust's, name none. Of a school and the one before it the open
/// one has the name.
fn unambiguous(records: &[Registered]) -> HashMap<Pseudonym, Pseudonym> {
    let mut named: HashMap<Pseudonym, Option<(bool, Pseudonym)>> = HashMap::new();
    for record in records {
        for name in &record.names {
            named
                .entry(*name)
                .and_modify(|before| {
                    *before = match *before {
                        Some((true, _)) if record.is_open => None,
                        Some((false, _)) if record.is_open => Some((true, record.institution)),
                        Some((false, _)) => None,
                        other => other,
                    };
                })
                .or_insert(Some((record.is_open, record.institution)));
        }
    }
    named.into_iter().filter_map(|(name, of)| Some((name, of?.1))).collect()
}
