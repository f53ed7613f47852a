//! The demonstration: an empty database filled with a made-up population on real areas and frameworks.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use disclosure::Tier;
use sha2::{Digest, Sha256};

use crate::{
    auth::Scopes,
    domain::{DestinationRecord, NewAgreement, OrganisationKind, Pseudonym, Record},
    ingest,
    store::{self, NewSubmission},
    synthetic::{self, Handover, Population},
};

use super::{Error, Given, Operator, Overlap};

/// The setting that marks a database as filled with made-up data.
const SYNTHETIC: &str = "synthetic";

/// The seed of the demonstration's population.
const SEED: u64 = 2_014;

/// The purpose of the demonstration's agreements.
const PURPOSE: &str = "benchmarking";

/// What the client of the demonstration is called.
const DEMO_CLIENT: &str = "demonstration";

/// How many organisations are stored from one line of progress to the next.
const STORED_A_LINE: usize = 10;

/// An organisation for which a demonstration shows a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoOrganisation {
    /// `hub`, `lep` or `partner`.
    pub kind: OrganisationKind,
    /// The code of the organisation.
    pub code: String,
}

/// An agreement of the demonstration: whose, over which area, at which tier.
struct DemoAgreement {
    consumer: String,
    area: &'static str,
    tier: Tier,
}

const HUB_AREA: &str = "HUB-2018-21";
const LEP: (&str, &str, &str) = ("NE-LEP-DEMO", "North East LEP (demonstration)", "E37000025");
const NORTH_EAST: &str = "E12000001";
const ENGLAND: &str = "E92000001";
const HONG_KONG: &str = "HK";

impl Operator<'_> {
    /// Fills an empty database with the synthetic population, with agreements for three organisations, and publishes it;
    /// does nothing where that was done before. Returns the three organisations: a hub, a LEP and a partner abroad.
    ///
    /// # Errors
    /// When the database holds anything that is not synthetic.
    pub async fn fill_demo(&self) -> Result<Vec<DemoOrganisation>, Error> {
        self.check_demo().await?;
        if self.0.store().setting(SYNTHETIC).await?.is_none() {
            self.0.store().put_setting(SYNTHETIC, "filling").await?;
        }
        if self.0.store().setting(SYNTHETIC).await?.as_deref() != Some("true") {
            self.fill().await?;
            self.0.store().put_setting(SYNTHETIC, "true").await?;
        }
        let directory = self.0.store().directory().await?;
        let code = |found: fn(&str, OrganisationKind) -> bool| {
            directory
                .organisations()
                .iter()
                .find(|organisation| found(&organisation.area, organisation.kind))
                .map(|organisation| DemoOrganisation { kind: organisation.kind, code: organisation.code.clone() })
        };
        Ok([
            code(|area, kind| area == HUB_AREA && kind == OrganisationKind::Hub),
            code(|area, kind| area == LEP.2 && kind == OrganisationKind::Lep),
            code(|area, kind| area == HONG_KONG && kind == OrganisationKind::Partner),
        ]
        .into_iter()
        .flatten()
        .collect())
    }

    /// The client of an organisation of the demonstration, with a secret of its own for each start.
    ///
    /// # Errors
    /// When there is no such organisation, or the database fails.
    pub async fn demo_client(&self, organisation: &str) -> Result<Given, Error> {
        let clients = self.clients(Some(organisation)).await?;
        match clients.iter().find(|client| client.name == DEMO_CLIENT && client.revoked_at.is_none()) {
            Some(client) => self.rotate_client(&client.id, None, Overlap::AtOnce).await,
            None => self.add_client(organisation, DEMO_CLIENT, &Scopes::read("outcomes:read"), None).await,
        }
    }

    /// Refuses a database that holds anything but a demonstration, before it is migrated or written to.
    ///
    /// # Errors
    /// When it does, or fails.
    pub async fn check_demo(&self) -> Result<(), Error> {
        if self.0.store().setting_if_migrated(SYNTHETIC).await?.is_none()
            && self.0.store().holds_organisations().await?
        {
            return Err(Error::Conflict(
                "the database holds organisations of its own; the demonstration fills an empty one: name another with \
                 --database-url"
                    .to_owned(),
            ));
        }
        Ok(())
    }

    /// Refuses to take real data into a demonstration: its releases say that they are made up.
    pub(super) async fn check_not_demo(&self) -> Result<(), Error> {
        if self.is_synthetic().await? {
            return Err(Error::Conflict(
                "the database holds a demonstration, and takes in no results of anybody: name another with --database-url"
                    .to_owned(),
            ));
        }
        Ok(())
    }

    /// Whether the database holds made-up data, so that every release of it must say so.
    pub(super) async fn is_synthetic(&self) -> Result<bool, Error> {
        Ok(self.0.store().setting(SYNTHETIC).await?.is_some())
    }

    async fn fill(&self) -> Result<(), Error> {
        tracing::info!("filling the demonstration: making up its population");
        let catalogue = self.0.store().newest_catalogue(self.0.today()).await?;
        let figures = ingest::reference::published_figures().map_err(|error| Error::Internal(error.into()))?;
        let handovers = match Population::of_seed(SEED) {
            Some(population) => synthetic::generate(&population, &catalogue, self.0.secret(), &figures),
            None => Vec::new(),
        };
        let known = self.0.store().directory().await?;
        for (done, handover) in handovers.iter().enumerate() {
            if done % STORED_A_LINE == 0 {
                tracing::info!("filling the demonstration: {done} of {} organisations stored", handovers.len());
            }
            let organisation = &handover.organisation;
            if known.organisation(&organisation.code).is_none() {
                let (code, name, area) = (&organisation.code, &organisation.name, &organisation.area);
                self.recording().add_organisation(code, organisation.kind, name, area).await?;
            }
            self.hand_over(handover).await?;
        }
        if known.organisation(LEP.0).is_none() {
            self.recording().add_organisation(LEP.0, OrganisationKind::Lep, LEP.1, LEP.2).await?;
        }
        for agreement in agreements(&handovers) {
            if known.agreements_of(&agreement.consumer).next().is_none() {
                self.recording().add_agreement(&agreement.into(), None).await?;
            }
        }
        if self.0.store().newest_release_number().await?.is_none() {
            tracing::info!("filling the demonstration: publishing its release");
            self.publish(Some("Synthetic demonstration data: no real institution is in it".to_owned())).await?;
        }
        Ok(())
    }

    async fn hand_over(&self, handover: &Handover) -> Result<(), Error> {
        let submission = NewSubmission {
            organisation: handover.organisation.code.clone(),
            checksum: checksum(&handover.records),
            before: None,
            received_at: self.0.now(),
            rows: handover.records.len() as u64,
            why: None,
        };
        // An institution that joins a hub, or leaves it, is handed over to whoever hands it in next.
        let institutions: BTreeSet<Pseudonym> = handover.records.iter().map(|record| record.institution).collect();
        let organisation = &handover.organisation.code;
        self.recording().hand_over(&store::Handover::Of(institutions.into_iter().collect()), organisation).await?;
        let roll = self.0.store().roll().await?;
        self.recording().submit(&submission, &roll, &handover.records, &mut |_| {}).await?;
        if !handover.destinations.is_empty() {
            let submission = NewSubmission {
                checksum: checksum_of_destinations(&handover.destinations),
                rows: handover.destinations.len() as u64,
                ..submission
            };
            self.recording()
                .submit_destinations(&submission, &self.0.store().roll().await?, &handover.destinations, &mut |_| {})
                .await?;
        }
        Ok(())
    }
}

fn agreements(handovers: &[Handover]) -> Vec<DemoAgreement> {
    let by_area = |area: &str| {
        let handover = handovers.iter().find(|handover| handover.organisation.area == area);
        handover.map(|handover| handover.organisation.code.clone()).unwrap_or_default()
    };
    let agreement = |consumer: String, area, tier| DemoAgreement { consumer, area, tier };
    vec![
        agreement(by_area(HUB_AREA), NORTH_EAST, Tier::Regional),
        agreement(LEP.0.to_owned(), ENGLAND, Tier::Regional),
        agreement(LEP.0.to_owned(), HONG_KONG, Tier::International),
        agreement(by_area(HONG_KONG), ENGLAND, Tier::International),
        agreement(by_area(HONG_KONG), HONG_KONG, Tier::International),
    ]
}

impl From<DemoAgreement> for NewAgreement {
    fn from(agreement: DemoAgreement) -> Self {
        Self {
            consumer: agreement.consumer,
            area: agreement.area.to_owned(),
            tier: agreement.tier,
            purposes: vec![PURPOSE.to_owned()],
            dimensions: None,
            valid_from: NaiveDate::from_ymd_opt(2020, 1, 1).unwrap_or_default(),
            valid_until: None,
        }
    }
}

/// Tells one generated handover from another, as the checksum of a file does.
fn checksum(records: &[Record]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for record in records {
        hash.update(record.institution.0);
        hash.update(record.period.to_string());
        hash.update(record.scores.iter().map(|score| score.unwrap_or(u8::MAX)).collect::<Vec<u8>>());
    }
    hash.finalize().into()
}

/// The same for destinations.
fn checksum_of_destinations(counts: &[DestinationRecord]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"destinations");
    for count in counts {
        hash.update(count.institution.0);
        hash.update(count.cohort_year.to_string());
        hash.update([count.stage as u8, count.destination as u8]);
        hash.update(count.students.to_be_bytes());
    }
    hash.finalize().into()
}
