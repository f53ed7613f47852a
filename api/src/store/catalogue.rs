//! Reading the reference data back, as a version of the catalogue holds them.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    area, area_membership, area_succession, area_version, benchmark, benchmark_relation, catalogue_version, comparator,
    comparator_member, comparator_version, framework, framework_version,
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Select};

use crate::domain::{Area, Benchmark, Catalogue, Comparator, Framework, Membership, Reference, Relation, Succession};

use super::{Error, Result, Store};

impl Store {
    /// The catalogue of a version, in the geography of a day.
    ///
    /// # Errors
    /// When the database fails, its reference data do not hang together, or they are not those that the version was sealed
    /// with.
    pub async fn catalogue(&self, version: u32, as_of: NaiveDate) -> Result<Catalogue> {
        let reference = reference(&self.database, version).await?;
        let sealed = catalogue_version::Entity::find_by_id(stored(version)).one(&self.database).await?;
        if let Some(digest) = sealed.and_then(|row| row.digest)
            && digest != hex::encode(reference.digest())
        {
            return Err(Error::Corrupt(format!(
                "version {version} of the catalogue, which was changed since it was made"
            )));
        }
        reference.into_catalogue(as_of).map_err(|error| Error::Corrupt(error.to_string()))
    }

    /// The newest version of the catalogue, by number; 0 before any reference data were loaded.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_catalogue_version(&self) -> Result<u32> {
        newest_version(&self.database).await
    }

    /// The catalogue as it stands now, which the next release is published with, in the geography of a day.
    ///
    /// # Errors
    /// As [`catalogue`](Self::catalogue).
    pub async fn newest_catalogue(&self, as_of: NaiveDate) -> Result<Catalogue> {
        self.catalogue(self.newest_catalogue_version().await?, as_of).await
    }
}

/// The newest version by number; 0 where there is none.
pub(super) async fn newest_version(connection: &impl ConnectionTrait) -> Result<u32> {
    let newest = catalogue_version::Entity::find().order_by_desc(catalogue_version::Column::Number);
    let newest = newest.one(connection).await?;
    Ok(newest.and_then(|row| u32::try_from(row.number).ok()).unwrap_or_default())
}

/// The number of a version as it is stored.
pub(super) fn stored(version: u32) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}

/// The rows that a version holds.
fn of_version<E: EntityTrait>(version: u32, added_in: E::Column, ended_in: E::Column) -> Select<E> {
    let version = stored(version);
    let lasts = Condition::any().add(ended_in.is_null()).add(ended_in.gt(version));
    E::find().filter(added_in.lte(version)).filter(lasts)
}

/// The reference data of a version, in order.
pub(super) async fn reference(connection: &impl ConnectionTrait, version: u32) -> Result<Reference> {
    use {area_membership as membership, benchmark_relation as relation};
    let frameworks = of_version::<framework_version::Entity>(
        version,
        framework_version::Column::AddedIn,
        framework_version::Column::EndedIn,
    )
    .find_also_related(framework::Entity)
    .all(connection)
    .await?;
    let benchmarks = of_version::<benchmark::Entity>(version, benchmark::Column::AddedIn, benchmark::Column::EndedIn)
        .all(connection)
        .await?;
    let relations = of_version::<relation::Entity>(version, relation::Column::AddedIn, relation::Column::EndedIn)
        .all(connection)
        .await?;
    let areas =
        of_version::<area_version::Entity>(version, area_version::Column::AddedIn, area_version::Column::EndedIn)
            .find_also_related(area::Entity)
            .all(connection)
            .await?;
    let memberships =
        of_version::<membership::Entity>(version, membership::Column::AddedIn, membership::Column::EndedIn)
            .all(connection)
            .await?;

    let framework_code: HashMap<i64, String> =
        frameworks.iter().filter_map(|(row, of)| Some((row.framework_id, of.as_ref()?.code.clone()))).collect();
    let area_code: HashMap<i64, String> =
        areas.iter().filter_map(|(row, of)| Some((row.area_id, of.as_ref()?.code.clone()))).collect();
    let mut by_framework: HashMap<i64, Vec<Benchmark>> = HashMap::new();
    for row in benchmarks {
        let benchmark = Benchmark { number: number(row.number)?, code: row.code, title: row.title };
        by_framework.entry(row.framework_id).or_default().push(benchmark);
    }
    let frameworks = frameworks.into_iter().map(|(row, _)| {
        Ok(Framework {
            code: code(&framework_code, row.framework_id)?,
            benchmarks: by_framework.remove(&row.framework_id).unwrap_or_default(),
            title: row.title,
            jurisdiction: row.jurisdiction,
            year: row.year,
            number_of_benchmarks: usize::from(number(row.number_of_benchmarks)?),
        })
    });
    let relations = relations.into_iter().map(|row| {
        Ok(Relation {
            from_framework: code(&framework_code, row.from_framework_id)?,
            from_number: number(row.from_number)?,
            to_framework: code(&framework_code, row.to_framework_id)?,
            to_number: number(row.to_number)?,
            kind: row.relation.into(),
            basis: row.basis,
        })
    });
    let areas = areas.into_iter().map(|(row, _)| {
        Ok(Area {
            code: code(&area_code, row.area_id)?,
            name: row.name,
            kind: row.kind.into(),
            parent: row.parent_code,
            code_scheme: row.code_scheme,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            source: row.source,
            own: row.own,
        })
    });
    let memberships = memberships.into_iter().map(|row| {
        Ok(Membership {
            child: code(&area_code, row.child_id)?,
            parent: code(&area_code, row.parent_id)?,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            source: row.source,
            own: row.own,
        })
    });
    let reference = Reference {
        frameworks: frameworks.collect::<Result<_>>()?,
        relations: relations.collect::<Result<_>>()?,
        areas: areas.collect::<Result<_>>()?,
        memberships: memberships.collect::<Result<_>>()?,
        successions: successions(connection, version, &area_code).await?,
        comparators: comparators(connection, version, &area_code).await?,
    };
    Ok(reference.sorted())
}

/// Which area came in the place of which, in a version.
async fn successions(
    connection: &impl ConnectionTrait,
    version: u32,
    area_code: &HashMap<i64, String>,
) -> Result<Vec<Succession>> {
    use area_succession::{Column, Entity};
    let rows = of_version::<Entity>(version, Column::AddedIn, Column::EndedIn).all(connection).await?;
    let succession = |row: area_succession::Model| {
        Ok(Succession {
            from: code(area_code, row.from_id)?,
            to: code(area_code, row.to_id)?,
            on: row.starts_on,
            kind: row.kind.into(),
            source: row.source,
            own: row.own,
        })
    };
    rows.into_iter().map(succession).collect()
}

/// The comparators of a version.
async fn comparators(
    connection: &impl ConnectionTrait,
    version: u32,
    area_code: &HashMap<i64, String>,
) -> Result<Vec<Comparator>> {
    use comparator_member as member;
    use comparator_version::{Column, Entity};
    let rows = of_version::<Entity>(version, Column::AddedIn, Column::EndedIn)
        .find_also_related(comparator::Entity)
        .all(connection)
        .await?;
    let mut members: HashMap<i64, Vec<String>> = HashMap::new();
    for row in
        of_version::<member::Entity>(version, member::Column::AddedIn, member::Column::EndedIn).all(connection).await?
    {
        members.entry(row.comparator_id).or_default().push(code(area_code, row.area_id)?);
    }
    let comparator = |(row, of): (comparator_version::Model, Option<comparator::Model>)| {
        let missing =
            || Error::Corrupt(format!("the comparator with the key {}, which has no code", row.comparator_id));
        Ok(Comparator {
            code: of.ok_or_else(missing)?.code,
            about: row.about_id.map(|id| code(area_code, id)).transpose()?,
            members: members.remove(&row.comparator_id).unwrap_or_default(),
            name: row.name,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            source: row.source,
            own: row.own,
        })
    };
    rows.into_iter().map(comparator).collect()
}

/// The code behind a key in the same version.
fn code(codes: &HashMap<i64, String>, id: i64) -> Result<String> {
    codes
        .get(&id)
        .cloned()
        .ok_or_else(|| Error::Corrupt(format!("the key {id}, which its version of the catalogue lacks")))
}

fn number(stored: i16) -> Result<u8> {
    u8::try_from(stored).map_err(|_| Error::Corrupt(format!("the benchmark number {stored}")))
}
