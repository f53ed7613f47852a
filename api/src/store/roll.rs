//! The roll of institutions, and who speaks for each: read, extended, and held against what is handed in.

use std::collections::{BTreeMap, HashMap, HashSet};

use entity::{institution, roll_entry, speaker};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, OnConflict},
};

use crate::domain::{Attributes, ChangeKind, Location, Pseudonym, RecordedChange, Roll, RollEntry, RollRecord};

use super::{
    Error, Result, Store,
    submit::{id, known_institutions, let_speak, strangers},
};

/// Rows of one statement: 8 columns of an entry stay below the 32,766 values SQLite binds.
const CHUNK: usize = 3_000;

/// Which institutions are handed over to another organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handover {
    /// These, by their pseudonyms.
    Of(Vec<Pseudonym>),
    /// All that an organisation, by its code, speaks for.
    AllOf(String),
}

/// What became of a file for the roll.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RollReceipt {
    /// Institutions that were not on the roll before.
    pub added: usize,
    /// Institutions of which the roll says something else now.
    pub changed: usize,
    /// Institutions of which it says the same.
    pub unchanged: usize,
    /// Institutions for which another organisation speaks now.
    pub handed_over: usize,
}

impl Store {
    /// The roll with the registers beside it, and who speaks for each institution.
    ///
    /// # Errors
    /// When the database fails or holds something that the application does not write.
    pub async fn roll(&self) -> Result<Roll> {
        Ok(self.roll_on(&self.database).await?.beside(self.register().await?))
    }

    /// The roll as a connection sees it.
    pub(super) async fn roll_on(&self, connection: &impl ConnectionTrait) -> Result<Roll> {
        let areas: HashMap<i64, String> =
            self.area_ids(connection).await?.into_iter().map(|(code, id)| (id, code)).collect();
        let code = |id: i64| areas.get(&id).cloned().ok_or_else(|| Error::Corrupt(format!("the area {id}")));
        let mut roll = Roll::default();
        let entries = roll_entry::Entity::find().find_both_related(institution::Entity);
        for (row, institution) in entries.all(connection).await? {
            let location =
                Location { local_authority: code(row.local_authority_id)?, hub: row.hub_id.map(code).transpose()? };
            let attributes = [row.phase, row.r#type, row.disadvantage, row.size, row.setting];
            let attributes = Attributes(attributes.map(|code| u8::try_from(code).unwrap_or_default()));
            roll.enter(pseudonym(institution.pseudonym)?, RollEntry { location, attributes });
        }
        let speakers = speaker::Entity::find()
            .select_only()
            .column(institution::Column::Pseudonym)
            .column(speaker::Column::OrganisationId)
            .inner_join(institution::Entity)
            .into_tuple::<(Vec<u8>, i64)>();
        for (institution, organisation) in speakers.all(connection).await? {
            roll.let_speak(pseudonym(institution)?, organisation);
        }
        Ok(roll)
    }

    /// Puts institutions on the roll, or what it says of them in place of what it said. Nobody is struck off.
    ///
    /// # Errors
    /// When an organisation is unknown or the database fails: then nothing is stored.
    pub async fn extend_roll(&self, records: &[RollRecord]) -> Result<RollReceipt> {
        let mut providers: BTreeMap<&str, i64> = BTreeMap::new();
        for provider in records.iter().filter_map(|record| record.provider.as_deref()) {
            if !providers.contains_key(provider) {
                let organisation = self.organisation_id(provider).await?;
                let organisation = organisation.ok_or_else(|| Error::UnknownOrganisation(provider.to_owned()))?;
                providers.insert(provider, organisation);
            }
        }
        let _alone = self.alone().await?;
        let transaction = self.begin_writing().await?;
        let before = self.roll_on(&transaction).await?;
        let areas = self.area_ids(&transaction).await?;
        let mut keys = known_institutions(&transaction).await?;
        let named = records.iter().map(|record| (record.institution, record.scheme.as_str()));
        for chunk in strangers(&mut keys, named).chunks(CHUNK) {
            let rows = institution::Entity::insert_many(chunk.iter().cloned());
            rows.exec_without_returning(&transaction).await?;
        }
        let mut receipt = RollReceipt::default();
        let (mut entries, mut speakers) = (Vec::new(), Vec::new());
        for RollRecord { institution, entry, provider, .. } in records {
            let key = keys[institution];
            match before.entry(*institution) {
                Some(known) if known == entry => receipt.unchanged += 1,
                Some(_) => receipt.changed += 1,
                None => receipt.added += 1,
            }
            let [phase, kind, disadvantage, size, setting] = entry.attributes.0.map(i16::from);
            entries.push(roll_entry::ActiveModel {
                institution_id: Set(key),
                local_authority_id: Set(id(&areas, &entry.location.local_authority)?),
                hub_id: Set(entry.location.hub.as_ref().map(|hub| id(&areas, hub)).transpose()?),
                phase: Set(phase),
                r#type: Set(kind),
                disadvantage: Set(disadvantage),
                size: Set(size),
                setting: Set(setting),
            });
            if let Some(organisation) = provider.as_deref().map(|provider| providers[provider]) {
                let speaker = before.speaker(*institution);
                receipt.handed_over += usize::from(speaker.is_some_and(|speaker| speaker != organisation));
                speakers.push((key, organisation));
            }
        }
        let columns = [
            roll_entry::Column::LocalAuthorityId,
            roll_entry::Column::HubId,
            roll_entry::Column::Phase,
            roll_entry::Column::Type,
            roll_entry::Column::Disadvantage,
            roll_entry::Column::Size,
            roll_entry::Column::Setting,
        ];
        for chunk in entries.chunks(CHUNK) {
            let replace = OnConflict::column(roll_entry::Column::InstitutionId).update_columns(columns).to_owned();
            let rows = roll_entry::Entity::insert_many(chunk.iter().cloned()).on_conflict(replace);
            rows.exec_without_returning(&transaction).await?;
        }
        let_speak(&transaction, &speakers).await?;
        let change = RecordedChange::new(ChangeKind::RollExtended, "roll")
            .detail(format!(
                "{} added, {} changed, {} handed over",
                receipt.added, receipt.changed, receipt.handed_over
            ))
            .concerning(providers.into_keys());
        self.record(&transaction, &change, None).await?;
        transaction.commit().await?;
        Ok(receipt)
    }

    /// Lets an organisation speak for institutions from now on. Returns for how many of them it did not before; those that
    /// nobody handed in or put on the roll are passed over.
    ///
    /// # Errors
    /// When an organisation is unknown, or the database fails: then nothing is changed.
    pub async fn hand_over(&self, what: &Handover, to: &str) -> Result<usize> {
        let organisation =
            async |code: &str| self.organisation_id(code).await?.ok_or_else(|| Error::UnknownOrganisation(code.into()));
        let heir = to;
        let to = self.active_organisation_id(heir).await?;
        let from = match what {
            Handover::AllOf(from) => Some(organisation(from).await?),
            Handover::Of(_) => None,
        };
        let _alone = self.alone().await?;
        let transaction = self.begin_writing().await?;
        let count = match what {
            Handover::Of(institutions) => {
                let known = known_institutions(&transaction).await?;
                let own = speaker::Entity::find()
                    .select_only()
                    .column(speaker::Column::InstitutionId)
                    .filter(speaker::Column::OrganisationId.eq(to))
                    .into_tuple::<i64>();
                let own: HashSet<i64> = own.all(&transaction).await?.into_iter().collect();
                let found = institutions.iter().filter_map(|institution| known.get(institution).copied());
                let found: Vec<(i64, i64)> = found.filter(|key| !own.contains(key)).map(|key| (key, to)).collect();
                let_speak(&transaction, &found).await?;
                found.len()
            }
            Handover::AllOf(_) => {
                let changed = speaker::Entity::update_many()
                    .col_expr(speaker::Column::OrganisationId, Expr::value(to))
                    .filter(speaker::Column::OrganisationId.eq(from))
                    .filter(speaker::Column::OrganisationId.ne(to))
                    .exec(&transaction)
                    .await?;
                usize::try_from(changed.rows_affected).unwrap_or(usize::MAX)
            }
        };
        if count == 0 {
            transaction.commit().await?;
            return Ok(0);
        }
        let concerned = match what {
            Handover::AllOf(from) => vec![from.as_str(), heir],
            Handover::Of(_) => vec![heir],
        };
        let change = RecordedChange::new(ChangeKind::InstitutionsHandedOver, heir)
            .detail(format!("{count} institutions"))
            .concerning(concerned);
        self.record(&transaction, &change, None).await?;
        transaction.commit().await?;
        Ok(count)
    }

    /// The roll at the moment at which something is stored, where it still lets an organisation hand in what the roll of the
    /// moment at which it was checked did.
    pub(super) async fn roll_that_still_lets(
        &self,
        connection: &impl ConnectionTrait,
        checked: &Roll,
        organisation: i64,
        institutions: impl Iterator<Item = (Pseudonym, &str)>,
    ) -> Result<Roll> {
        let now = self.roll_on(connection).await?;
        if self.links_on(connection).await? != checked.register().links() {
            return Err(Error::RollChanged);
        }
        for (institution, local_authority) in institutions {
            if !now.still_lets(checked, organisation, institution, local_authority) {
                return Err(Error::RollChanged);
            }
        }
        Ok(now)
    }
}

fn pseudonym(bytes: Vec<u8>) -> Result<Pseudonym> {
    Ok(Pseudonym(bytes.try_into().map_err(|_| Error::Corrupt("a pseudonym of another length".to_owned()))?))
}
