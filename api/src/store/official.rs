//! Official figures: each import of a file is a version of its data set. What is not complete is read by nobody.

use std::collections::HashMap;

use entity::{official_column, official_data_set, official_row};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::{OfficialDataSet, OfficialFilter, OfficialIndicator, OfficialRow, OfficialTime};

use super::{Error, Result, Store, intake::last_id};

/// Rows of one statement: 9 columns of a row stay below the 32,766 values that SQLite binds, and a file is locked for a moment.
const CHUNK: usize = 1_000;

impl Store {
    /// What tells that data sets were taken in or removed: the key and the checksum of each.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn official_state(&self) -> Result<Vec<(i64, String)>> {
        let sets = official_data_set::Entity::find()
            .filter(official_data_set::Column::Complete.eq(true))
            .order_by_asc(official_data_set::Column::Id)
            .select_only()
            .columns([official_data_set::Column::Id, official_data_set::Column::Checksum])
            .into_tuple();
        Ok(sets.all(&self.database).await?)
    }

    /// Every version of every data set, without its rows.
    ///
    /// # Errors
    /// When the database fails or holds something that the application does not write.
    pub async fn official_data_sets(&self) -> Result<Vec<OfficialDataSet>> {
        Ok(self.official_sets().await?.into_iter().map(|(_, set)| set).collect())
    }

    /// The same with their rows.
    ///
    /// # Errors
    /// As there.
    pub async fn official_figures(&self) -> Result<Vec<(OfficialDataSet, Vec<OfficialRow>)>> {
        let mut sets = Vec::new();
        for (id, set) in self.official_sets().await? {
            let rows = official_row::Entity::find()
                .filter(official_row::Column::DataSetId.eq(id))
                .order_by_asc(official_row::Column::Line)
                .all(&self.database)
                .await?;
            let rows = rows.into_iter().map(|row| domain(row, &set)).collect::<Result<_>>()?;
            sets.push((set, rows));
        }
        Ok(sets)
    }

    async fn official_sets(&self) -> Result<Vec<(i64, OfficialDataSet)>> {
        let mut columns: HashMap<i64, Vec<official_column::Model>> = HashMap::new();
        let found = official_column::Entity::find().order_by_asc(official_column::Column::Position);
        for column in found.all(&self.database).await? {
            columns.entry(column.data_set_id).or_default().push(column);
        }
        let sets = official_data_set::Entity::find()
            .filter(official_data_set::Column::Complete.eq(true))
            .order_by_asc(official_data_set::Column::Id)
            .all(&self.database)
            .await?;
        sets.into_iter().map(|set| Ok((set.id, with_columns(set.clone(), columns.remove(&set.id))?))).collect()
    }

    /// Takes in a data set as the next version of its name, and tells which. `None` where the newest version is of the same bytes.
    ///
    /// # Errors
    /// When the database fails: then nothing of it is read by anybody.
    pub async fn take_in_official(&self, set: &OfficialDataSet, rows: &[OfficialRow]) -> Result<Option<u32>> {
        let _alone = self.alone().await?;
        self.forget_incomplete().await?;
        let transaction = self.begin_writing().await?;
        let newest = official_data_set::Entity::find()
            .filter(official_data_set::Column::Name.eq(&set.name))
            .order_by_desc(official_data_set::Column::Version)
            .one(&transaction)
            .await?;
        if newest.as_ref().is_some_and(|newest| newest.checksum == hex::encode(set.checksum)) {
            return Ok(None);
        }
        let version = newest.map_or(1, |newest| newest.version.saturating_add(1));
        let key = last_id::<official_data_set::Entity>(&transaction, official_data_set::Column::Id).await? + 1;
        let row = official_data_set::ActiveModel {
            id: Set(key),
            name: Set(set.name.clone()),
            version: Set(version),
            title: Set(set.title.clone()),
            source: Set(set.source.clone()),
            licence: Set(set.licence.clone()),
            checksum: Set(hex::encode(set.checksum)),
            imported_at: Set(set.imported_at.unwrap_or_default()),
            complete: Set(false),
        };
        official_data_set::Entity::insert(row).exec_without_returning(&transaction).await?;
        let columns = columns(key, set);
        if !columns.is_empty() {
            official_column::Entity::insert_many(columns).exec_without_returning(&transaction).await?;
        }
        transaction.commit().await?;
        for chunk in rows.chunks(CHUNK) {
            let transaction = self.begin_change().await?;
            let rows = chunk.iter().map(|row| active(key, row)).collect::<Result<Vec<_>>>()?;
            official_row::Entity::insert_many(rows).exec_without_returning(&transaction).await?;
            transaction.commit().await?;
        }
        let transaction = self.begin_writing().await?;
        let complete = official_data_set::ActiveModel { id: Set(key), complete: Set(true), ..Default::default() };
        complete.update(&transaction).await?;
        transaction.commit().await?;
        Ok(Some(u32::try_from(version).unwrap_or_default()))
    }

    /// Deletes the versions of a data set, or one of them. Returns how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_official(&self, name: &str, version: Option<u32>) -> Result<usize> {
        let _alone = self.alone().await?;
        let mut found = official_data_set::Entity::find().filter(official_data_set::Column::Name.eq(name));
        if let Some(version) = version {
            found = found.filter(official_data_set::Column::Version.eq(version));
        }
        let sets = found.all(&self.database).await?;
        for set in &sets {
            self.delete_official(set.id).await?;
        }
        Ok(sets.len())
    }

    /// Deletes what an import left that did not come to its end.
    async fn forget_incomplete(&self) -> Result<()> {
        let left = official_data_set::Entity::find().filter(official_data_set::Column::Complete.eq(false));
        for set in left.all(&self.database).await? {
            self.delete_official(set.id).await?;
        }
        Ok(())
    }

    async fn delete_official(&self, key: i64) -> Result<()> {
        let transaction = self.begin_writing().await?;
        let rows = official_row::Entity::delete_many().filter(official_row::Column::DataSetId.eq(key));
        rows.exec(&transaction).await?;
        let columns = official_column::Entity::delete_many().filter(official_column::Column::DataSetId.eq(key));
        columns.exec(&transaction).await?;
        official_data_set::Entity::delete_by_id(key).exec(&transaction).await?;
        transaction.commit().await?;
        Ok(())
    }
}

fn columns(key: i64, set: &OfficialDataSet) -> Vec<official_column::ActiveModel> {
    let indicators = set.indicators.iter().map(|one| official_column::ActiveModel {
        kind: Set(official_column::Kind::Indicator),
        name: Set(one.column.clone()),
        label: Set(one.label.clone()),
        unit: Set(one.unit.clone()),
        decimals: Set(one.decimals.map(i16::from)),
        total: Set(None),
        ..Default::default()
    });
    let filters = set.filters.iter().map(|one| official_column::ActiveModel {
        kind: Set(official_column::Kind::Filter),
        name: Set(one.column.clone()),
        label: Set(one.label.clone()),
        unit: Set(String::new()),
        decimals: Set(None),
        total: Set(one.total.clone()),
        ..Default::default()
    });
    let all = indicators.chain(filters).zip(0..);
    all.map(|(column, position)| official_column::ActiveModel {
        data_set_id: Set(key),
        position: Set(position),
        ..column
    })
    .collect()
}

fn active(key: i64, row: &OfficialRow) -> Result<official_row::ActiveModel> {
    let list = |texts: &[String]| serde_json::to_string(texts).map_err(|error| Error::Invalid(error.to_string()));
    Ok(official_row::ActiveModel {
        data_set_id: Set(key),
        line: Set(i64::try_from(row.line).unwrap_or(i64::MAX)),
        level: Set(row.level.clone()),
        area_code: Set(row.area_code.clone()),
        area_name: Set(row.area_name.clone()),
        time_period: Set(row.time.period.clone()),
        time_identifier: Set(row.time.identifier.clone()),
        items: Set(list(&row.items)?),
        figures: Set(list(&row.values)?),
    })
}

fn with_columns(
    set: official_data_set::Model,
    columns: Option<Vec<official_column::Model>>,
) -> Result<OfficialDataSet> {
    let corrupt = |what: &str| Error::Corrupt(format!("{what} of the data set `{}`", set.name));
    let mut checksum = [0; 32];
    hex::decode_to_slice(&set.checksum, &mut checksum).map_err(|_| corrupt("the checksum"))?;
    let (mut indicators, mut filters) = (Vec::new(), Vec::new());
    for column in columns.unwrap_or_default() {
        let official_column::Model { kind, name, label, unit, decimals, total, .. } = column;
        match kind {
            official_column::Kind::Indicator => {
                let decimals = decimals.and_then(|decimals| u8::try_from(decimals).ok());
                indicators.push(OfficialIndicator { column: name, label, unit, decimals });
            }
            official_column::Kind::Filter => filters.push(OfficialFilter { column: name, label, total }),
        }
    }
    Ok(OfficialDataSet {
        version: u32::try_from(set.version).map_err(|_| corrupt("the version"))?,
        name: set.name,
        title: set.title,
        source: set.source,
        licence: set.licence,
        checksum,
        imported_at: Some(set.imported_at),
        indicators,
        filters,
    })
}

fn domain(row: official_row::Model, set: &OfficialDataSet) -> Result<OfficialRow> {
    let corrupt = |what: &str| Error::Corrupt(format!("{what} of line {} of the data set `{}`", row.line, set.name));
    let list = |text: &str, count: usize| {
        let texts: Option<Vec<String>> = serde_json::from_str(text).ok();
        texts.filter(|texts| texts.len() == count)
    };
    let items = list(&row.items, set.filters.len()).ok_or_else(|| corrupt("the items"))?;
    let values = list(&row.figures, set.indicators.len()).ok_or_else(|| corrupt("the figures"))?;
    let time = OfficialTime::new(&row.time_period, &row.time_identifier).ok_or_else(|| corrupt("the time"))?;
    Ok(OfficialRow {
        line: u64::try_from(row.line).unwrap_or_default(),
        level: row.level,
        area_code: row.area_code,
        area_name: row.area_name,
        time,
        items,
        values,
        source: None,
    })
}
