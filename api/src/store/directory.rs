//! Organisations and agreements.

use std::{collections::HashMap, iter};

use chrono::{DateTime, NaiveDate, Utc};
use disclosure::Tier;
use entity::{agreement, agreement_dimension, agreement_purpose, area, framework, organisation, speaker};
use migration::SchemaManager;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, LoaderTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};

use crate::domain::{
    Agreement, ChangeKind, Dimension, Directory, NewAgreement, Organisation, OrganisationChange, OrganisationKind,
    RecordedChange, Revocation, label,
};

use super::{
    Error, Result, Store,
    revocations::take_back,
    words::{stored_tier, tier},
};

impl Store {
    /// All organisations and agreements, in order, so that the same directory is equal each time it is read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn directory(&self) -> Result<Directory> {
        let organisations: Vec<Organisation> = organisation::Entity::find()
            .find_both_related(area::Entity)
            .order_by_asc(organisation::Column::Id)
            .all(&self.database)
            .await?
            .into_iter()
            .map(|(row, area)| Organisation {
                id: row.id,
                code: row.code,
                name: row.name,
                kind: row.kind.into(),
                area: area.code,
                ended_on: row.ended_on,
            })
            .collect();
        let code = |id| organisations.iter().find(|one| one.id == id).map(|one| one.code.clone());
        let (agreements, consumers, areas) = self.agreements().await?;
        let purposes = agreement_purpose::Entity::find().order_by_asc(agreement_purpose::Column::Purpose);
        let purposes = agreements.load_many(purposes, &self.database).await?;
        let dimensions = agreements.load_many(agreement_dimension::Entity, &self.database).await?;
        let agreements = agreements
            .into_iter()
            .zip(consumers.into_iter().zip(areas))
            .zip(purposes.into_iter().zip(dimensions))
            .map(|((row, (consumer, area)), (purposes, dimensions))| Agreement {
                id: row.id,
                consumer,
                area,
                tier: tier(row.tier),
                purposes: purposes.into_iter().map(|purpose| purpose.purpose).collect(),
                dimensions: (!row.every_dimension).then(|| listed(dimensions)),
                valid_from: row.valid_from,
                valid_until: row.valid_until,
                ended_on: row.ended_on,
                replaced_by: row.replaced_by,
                provider: row.provider_id.and_then(code),
            })
            .collect();
        Ok(Directory::new(organisations, agreements))
    }

    /// Every agreement with the code of its consumer and the code of its area, side by side.
    async fn agreements(&self) -> Result<(Vec<agreement::Model>, Vec<String>, Vec<String>)> {
        let rows = agreement::Entity::find()
            .find_also_related(organisation::Entity)
            .find_also_related(area::Entity)
            .order_by_asc(agreement::Column::Id)
            .all(&self.database)
            .await?;
        let (mut agreements, mut consumers, mut areas) = (Vec::new(), Vec::new(), Vec::new());
        for (agreement, consumer, area) in rows {
            let (Some(consumer), Some(area)) = (consumer, area) else {
                return Err(Error::Corrupt(format!("the agreement {} without consumer or area", agreement.id)));
            };
            agreements.push(agreement);
            consumers.push(consumer.code);
            areas.push(area.code);
        }
        Ok((agreements, consumers, areas))
    }

    /// Adds an organisation. Returns its key.
    ///
    /// # Errors
    /// When its code is taken, or differs from one that is in capitals alone; when its area is unknown, or code or name blank, too
    /// long or not to be seen.
    pub async fn add_organisation(&self, code: &str, kind: OrganisationKind, name: &str, area: &str) -> Result<i64> {
        check_text("code", code, LONGEST_CODE)?;
        check_text("name", name, LONGEST_NAME)?;
        let codes =
            organisation::Entity::find().select_only().column(organisation::Column::Code).into_tuple::<String>();
        if let Some(twin) = codes.all(&self.database).await?.into_iter().find(|known| label::are_twins(known, code)) {
            return Err(Error::Invalid(format!("expected a code unlike every other, found `{code}` beside `{twin}`")));
        }
        let area_code = area;
        let area = self.area_id(area).await?;
        let row = organisation::ActiveModel {
            id: NotSet,
            code: Set(code.to_owned()),
            name: Set(name.to_owned()),
            kind: Set(kind.into()),
            area_id: Set(area),
            ended_on: Set(None),
        };
        let transaction = self.begin_change().await?;
        let stored = organisation::Entity::insert(row).exec(&transaction).await;
        let stored =
            stored.map_err(|error| Error::or_lost_race(error, || Error::OrganisationTaken(code.to_owned())))?;
        let change = RecordedChange::new(ChangeKind::OrganisationAdded, code)
            .detail(format!("{kind} in {area_code}"))
            .concerning([code]);
        self.record(&transaction, &change, None).await?;
        transaction.commit().await?;
        Ok(stored.last_insert_id)
    }

    /// Changes what an organisation is. Its code stays: tokens, files and citations name it.
    ///
    /// # Errors
    /// When the organisation or the area is unknown, the organisation ended, or the name is blank.
    pub async fn change_organisation(&self, code: &str, change: &OrganisationChange) -> Result<()> {
        let id = self.active_organisation_id(code).await?;
        if let Some(name) = &change.name {
            check_text("name", name, LONGEST_NAME)?;
        }
        let area = match &change.area {
            Some(area) => Some(self.area_id(area).await?),
            None => None,
        };
        let row = organisation::ActiveModel {
            id: Set(id),
            name: change.name.clone().map_or(NotSet, Set),
            kind: change.kind.map_or(NotSet, |kind| Set(kind.into())),
            area_id: area.map_or(NotSet, Set),
            ..Default::default()
        };
        let transaction = self.begin_change().await?;
        if row.is_changed() {
            organisation::Entity::update(row).exec(&transaction).await?;
        }
        let kind = change.kind.map(|kind| format!("kind {kind}"));
        let changed = [change.name.as_ref().map(|_| "name".to_owned()), kind, change.area.clone()];
        let changed: Vec<String> = changed.into_iter().flatten().collect();
        let change = RecordedChange::new(ChangeKind::OrganisationChanged, code)
            .detail(format!("now {}", changed.join(", ")))
            .concerning([code]);
        self.record(&transaction, &change, None).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Ends an organisation on a day, and with it every agreement of it that would hold from then on, and takes its tokens back, as
    /// [`revoke`](Self::revoke) does. Returns these agreements, and for how many institutions it speaks.
    ///
    /// # Errors
    /// When the organisation is unknown or ended before, or the database fails.
    pub async fn end_organisation(
        &self,
        code: &str,
        on: NaiveDate,
        (tokens, expired): (&Revocation, DateTime<Utc>),
    ) -> Result<(Vec<i64>, u64)> {
        let id = self.active_organisation_id(code).await?;
        let transaction = self.begin_change().await?;
        take_back(&transaction, tokens, expired).await?;
        let row = organisation::ActiveModel { id: Set(id), ended_on: Set(Some(on)), ..Default::default() };
        organisation::Entity::update(row).exec(&transaction).await?;
        let agreements = agreement::Entity::find()
            .filter(
                Condition::any().add(agreement::Column::ConsumerId.eq(id)).add(agreement::Column::ProviderId.eq(id)),
            )
            .filter(holds_from(on))
            .order_by_asc(agreement::Column::Id)
            .all(&transaction)
            .await?;
        for agreement in &agreements {
            end(&transaction, agreement.id, on, None).await?;
        }
        let spoken = speaker::Entity::find().filter(speaker::Column::OrganisationId.eq(id)).count(&transaction).await?;
        let mut others = Vec::new();
        for agreement in &agreements {
            others.extend(parties(&transaction, agreement).await?);
        }
        let numbers: Vec<String> = agreements.iter().map(|agreement| agreement.id.to_string()).collect();
        let with =
            if numbers.is_empty() { String::new() } else { format!(", with the agreements {}", numbers.join(", ")) };
        let change = RecordedChange::new(ChangeKind::OrganisationEnded, code)
            .detail(format!("on {on}{with}"))
            .concerning([code.to_owned()])
            .concerning(others);
        self.record(&transaction, &change, None).await?;
        transaction.commit().await?;
        Ok((agreements.into_iter().map(|agreement| agreement.id).collect(), spoken))
    }

    /// Adds an agreement with its purposes, granted by a provider or by the operator for nobody. Returns its key.
    ///
    /// # Errors
    /// When the organisation or the area is unknown, or the agreement breaks a rule.
    pub async fn add_agreement(&self, new: &NewAgreement, provider: Option<&str>) -> Result<i64> {
        let (consumer, area) = self.check_agreement(new).await?;
        let provider_code = provider;
        let provider = match provider {
            Some(code) => Some(self.active_organisation_id(code).await?),
            None => None,
        };
        let transaction = self.begin_change().await?;
        let id = insert(&transaction, new, (consumer, area, provider)).await?;
        let change = RecordedChange::new(ChangeKind::AgreementGranted, id.to_string())
            .detail(in_words(new))
            .concerning(provider_code)
            .concerning([new.consumer.as_str()]);
        self.record(&transaction, &change, None).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Lets another agreement hold in the place of one, from the first day of the other one on. Returns its key.
    ///
    /// # Errors
    /// When there is no such agreement, it ended before that day, another one is to hold in its place already, or the new one breaks
    /// a rule.
    pub async fn replace_agreement(&self, id: i64, new: &NewAgreement) -> Result<i64> {
        let (consumer, area) = self.check_agreement(new).await?;
        let transaction = self.begin_change().await?;
        let before = check_holds_from(&transaction, id, new.valid_from).await?;
        if let Some(next) = before.replaced_by {
            return Err(Error::ReplacedAgreement(id, next));
        }
        let next = insert(&transaction, new, (consumer, area, before.provider_id)).await?;
        end(&transaction, id, new.valid_from, Some(next)).await?;
        let change = RecordedChange::new(ChangeKind::AgreementAmended, next.to_string())
            .detail(format!("in the place of {id} from {} on: {}", new.valid_from, in_words(new)))
            .concerning(parties(&transaction, &before).await?)
            .concerning([new.consumer.as_str()]);
        self.record(&transaction, &change, None).await?;
        transaction.commit().await?;
        Ok(next)
    }

    /// Whether an agreement may be stored. Returns the keys of its organisation and its area.
    async fn check_agreement(&self, new: &NewAgreement) -> Result<(i64, i64)> {
        check(new)?;
        let consumer = self.active_organisation_id(&new.consumer).await?;
        let area = self.area_id(&new.area).await?;
        let known = agreement_purpose::Entity::find()
            .select_only()
            .column(agreement_purpose::Column::Purpose)
            .distinct()
            .into_tuple::<String>();
        let known = known.all(&self.database).await?;
        for purpose in &new.purposes {
            if let Some(twin) = known.iter().chain(&new.purposes).find(|known| label::are_twins(known, purpose)) {
                return Err(Error::Invalid(format!(
                    "expected the purpose as it is written already, `{twin}`, found `{purpose}`"
                )));
            }
        }
        Ok((consumer, area))
    }

    /// Ends an agreement: from a day on it no longer holds, and neither does what was to hold in its place from a later day on.
    ///
    /// # Errors
    /// When there is no such agreement, or it ended before that day.
    pub async fn end_agreement(&self, id: i64, on: NaiveDate) -> Result<()> {
        let transaction = self.begin_change().await?;
        let before = check_holds_from(&transaction, id, on).await?;
        let successors = successors(&transaction, &before, on).await?;
        for one in iter::once(id).chain(successors.iter().copied()) {
            end(&transaction, one, on, None).await?;
        }
        let with: Vec<String> =
            successors.iter().map(|next| format!(", and {next} that was to hold in its place")).collect();
        let with = with.concat();
        let change = RecordedChange::new(ChangeKind::AgreementEnded, id.to_string())
            .detail(format!("from {on} on{with}"))
            .concerning(parties(&transaction, &before).await?);
        self.record(&transaction, &change, None).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Whether there is any organisation; none where nothing was migrated yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn holds_organisations(&self) -> Result<bool> {
        let migrated = SchemaManager::new(&self.database).has_table("organisation").await?;
        // Only the key is read: its table may be that of an earlier build.
        let any = organisation::Entity::find().select_only().column(organisation::Column::Id).into_tuple::<i64>();
        Ok(migrated && any.one(&self.database).await?.is_some())
    }

    /// The key of the organisation with a code.
    pub(super) async fn organisation_id(&self, code: &str) -> Result<Option<i64>> {
        let found =
            organisation::Entity::find().filter(organisation::Column::Code.eq(code)).one(&self.database).await?;
        Ok(found.map(|organisation| organisation.id))
    }

    /// The key of the organisation with a code, unless it ended.
    pub(super) async fn active_organisation_id(&self, code: &str) -> Result<i64> {
        let found =
            organisation::Entity::find().filter(organisation::Column::Code.eq(code)).one(&self.database).await?;
        let found = found.ok_or_else(|| Error::UnknownOrganisation(code.to_owned()))?;
        match found.ended_on {
            Some(_) => Err(Error::OrganisationEnded(code.to_owned())),
            None => Ok(found.id),
        }
    }

    async fn area_id(&self, code: &str) -> Result<i64> {
        let found = area::Entity::find().filter(area::Column::Code.eq(code)).one(&self.database).await?;
        found.map(|area| area.id).ok_or_else(|| Error::UnknownArea(code.to_owned()))
    }

    /// The keys of all areas, by code.
    pub(super) async fn area_ids(&self, connection: &impl ConnectionTrait) -> Result<HashMap<String, i64>> {
        ids::<area::Entity>(connection, area::Column::Code, area::Column::Id).await
    }

    /// The keys of all frameworks, by code.
    pub(super) async fn framework_ids(&self, connection: &impl ConnectionTrait) -> Result<HashMap<String, i64>> {
        ids::<framework::Entity>(connection, framework::Column::Code, framework::Column::Id).await
    }
}

/// The keys of all rows of a table that carries codes, by code.
async fn ids<E: EntityTrait>(
    connection: &impl ConnectionTrait,
    code: E::Column,
    id: E::Column,
) -> Result<HashMap<String, i64>> {
    let codes = E::find().select_only().column(code).column(id).into_tuple::<(String, i64)>();
    Ok(codes.all(connection).await?.into_iter().collect())
}

/// The longest code of an organisation and the longest purpose, characters.
const LONGEST_CODE: usize = 64;

/// The longest name of an organisation, characters.
const LONGEST_NAME: usize = 200;

/// Adds an agreement of a consumer about an area, granted by a provider; all by their keys.
async fn insert(
    transaction: &DatabaseTransaction,
    new: &NewAgreement,
    (consumer, area, provider): (i64, i64, Option<i64>),
) -> Result<i64> {
    let row = agreement::ActiveModel {
        id: NotSet,
        consumer_id: Set(consumer),
        area_id: Set(area),
        tier: Set(stored_tier(new.tier)),
        every_dimension: Set(new.dimensions.is_none()),
        valid_from: Set(new.valid_from),
        valid_until: Set(new.valid_until),
        ended_on: Set(None),
        replaced_by: Set(None),
        provider_id: Set(provider),
    };
    let id = agreement::Entity::insert(row).exec(transaction).await?.last_insert_id;
    let rows = each_once(&new.purposes)
        .into_iter()
        .map(|purpose| agreement_purpose::ActiveModel { agreement_id: Set(id), purpose: Set(purpose) });
    agreement_purpose::Entity::insert_many(rows).exec_without_returning(transaction).await?;
    let rows = each_once(new.dimensions.as_deref().unwrap_or_default())
        .into_iter()
        .map(|dimension| agreement_dimension::ActiveModel { agreement_id: Set(id), dimension: Set(dimension.into()) });
    agreement_dimension::Entity::insert_many(rows).exec_without_returning(transaction).await?;
    Ok(id)
}

/// Ends an agreement on a day. Whatever was to hold in its place before, only what is named does.
async fn end(transaction: &DatabaseTransaction, id: i64, on: NaiveDate, replaced_by: Option<i64>) -> Result<()> {
    let (id, ended_on, replaced_by) = (Set(id), Set(Some(on)), Set(replaced_by));
    let row = agreement::ActiveModel { id, ended_on, replaced_by, ..Default::default() };
    agreement::Entity::update(row).exec(transaction).await?;
    Ok(())
}

/// Whether an agreement would hold on a day, or on one after it.
fn holds_from(day: NaiveDate) -> Condition {
    let open_until = |column: agreement::Column| Condition::any().add(column.is_null());
    Condition::all()
        .add(open_until(agreement::Column::ValidUntil).add(agreement::Column::ValidUntil.gte(day)))
        .add(open_until(agreement::Column::EndedOn).add(agreement::Column::EndedOn.gt(day)))
}

/// The codes of the organisations that an agreement is between.
async fn parties(transaction: &DatabaseTransaction, agreement: &agreement::Model) -> Result<Vec<String>> {
    let ids = [Some(agreement.consumer_id), agreement.provider_id].into_iter().flatten();
    let codes = organisation::Entity::find()
        .select_only()
        .column(organisation::Column::Code)
        .filter(organisation::Column::Id.is_in(ids));
    Ok(codes.into_tuple::<String>().all(transaction).await?)
}

/// What an agreement allows, in a few words.
fn in_words(new: &NewAgreement) -> String {
    let until = new.valid_until.map(|day| format!(" until {day}")).unwrap_or_default();
    let dimensions = match new.dimensions.as_deref() {
        None => "every dimension".to_owned(),
        Some([]) => "no dimension".to_owned(),
        Some(some) => some.iter().map(|dimension| dimension.name()).collect::<Vec<_>>().join(" "),
    };
    format!(
        "{} may ask about {}, {}, for {}, by {dimensions}, from {}{until}",
        new.consumer,
        new.area,
        new.tier,
        new.purposes.join(" "),
        new.valid_from
    )
}

async fn check_holds_from(transaction: &DatabaseTransaction, id: i64, day: NaiveDate) -> Result<agreement::Model> {
    let found = agreement::Entity::find_by_id(id).filter(holds_from(day)).one(transaction).await?;
    found.ok_or(Error::UnknownAgreement(id))
}

/// What is to hold in the place of an agreement from a later day on, each in that of the one before.
async fn successors(transaction: &DatabaseTransaction, before: &agreement::Model, day: NaiveDate) -> Result<Vec<i64>> {
    let mut found = Vec::new();
    let mut next = before.replaced_by;
    while let Some(id) = next {
        let successor = agreement::Entity::find_by_id(id).filter(holds_from(day)).one(transaction).await?;
        next = successor.as_ref().and_then(|successor| successor.replaced_by);
        found.extend(successor.map(|successor| successor.id));
    }
    Ok(found)
}

/// A text that names something: neither blank, nor too long, nor one that a terminal would obey.
fn check_text(what: &str, text: &str, longest: usize) -> Result<()> {
    match label::fault(text, longest) {
        None => Ok(()),
        Some(fault) => Err(Error::Invalid(format!(
            "expected the {what} of an organisation of 1 to {longest} characters, found `{}`: {fault}",
            text.escape_debug()
        ))),
    }
}

/// What the database would refuse, in words for whoever adds the agreement.
fn check(new: &NewAgreement) -> Result<()> {
    let invalid = if new.tier == Tier::Own {
        format!("expected the tier regional or international, found `{}`: own results need no agreement", new.tier)
    } else if new.purposes.is_empty() {
        "expected a purpose, found none".to_owned()
    } else if let Some((purpose, fault)) =
        new.purposes.iter().find_map(|purpose| Some((purpose, label::fault(purpose, LONGEST_CODE)?)))
    {
        format!("expected a purpose of 1 to {LONGEST_CODE} characters, found `{}`: {fault}", purpose.escape_debug())
    } else if let Some(until) = new.valid_until.filter(|until| *until < new.valid_from) {
        format!("expected a last day no earlier than the first, {}, found `{until}`", new.valid_from)
    } else {
        return Ok(());
    };
    Err(Error::Invalid(invalid))
}

fn each_once<T: Ord + Clone>(list: &[T]) -> Vec<T> {
    let mut list = list.to_vec();
    list.sort_unstable();
    list.dedup();
    list
}

/// The dimensions that an agreement lists, in the order of tables.
fn listed(rows: Vec<agreement_dimension::Model>) -> Vec<Dimension> {
    let mut dimensions: Vec<Dimension> = rows.into_iter().map(|row| row.dimension.into()).collect();
    dimensions.sort_unstable();
    dimensions
}
