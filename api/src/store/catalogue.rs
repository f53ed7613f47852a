//! Reading the reference data back as a catalogue.

use std::collections::HashMap;

use entity::{area, area_membership, benchmark, benchmark_relation, framework};
use sea_orm::{EntityTrait, QueryOrder};

use crate::domain::{Area, Benchmark, Catalogue, Framework, Membership, Relation};

use super::{Error, Result, Store};

impl Store {
    /// All reference data, indexed.
    ///
    /// # Errors
    /// When the database fails, or its reference data does not hang together.
    pub async fn catalogue(&self) -> Result<Catalogue> {
        let frameworks = framework::Entity::find().all(&self.database).await?;
        let benchmarks = benchmark::Entity::find().order_by_asc(benchmark::Column::Number).all(&self.database).await?;
        let relations = benchmark_relation::Entity::find().all(&self.database).await?;
        let areas = area::Entity::find().all(&self.database).await?;
        let memberships = area_membership::Entity::find().all(&self.database).await?;

        let framework_codes: HashMap<i64, String> = frameworks.iter().map(|row| (row.id, row.code.clone())).collect();
        let area_codes: HashMap<i64, String> = areas.iter().map(|row| (row.id, row.code.clone())).collect();
        let mut by_framework: HashMap<i64, Vec<Benchmark>> = HashMap::new();
        for row in benchmarks {
            let benchmark = Benchmark { number: number(row.number)?, code: row.code, title: row.title };
            by_framework.entry(row.framework_id).or_default().push(benchmark);
        }
        let frameworks = frameworks
            .into_iter()
            .map(|row| {
                Ok(Framework {
                    benchmarks: by_framework.remove(&row.id).unwrap_or_default(),
                    code: row.code,
                    title: row.title,
                    jurisdiction: row.jurisdiction,
                    year: row.year,
                    number_of_benchmarks: usize::from(number(row.number_of_benchmarks)?),
                })
            })
            .collect::<Result<_>>()?;
        let relations = relations
            .into_iter()
            .map(|row| {
                Ok(Relation {
                    from_framework: code(&framework_codes, row.from_framework_id),
                    from_number: number(row.from_number)?,
                    to_framework: code(&framework_codes, row.to_framework_id),
                    to_number: number(row.to_number)?,
                    kind: row.relation.parse().map_err(Error::Corrupt)?,
                    basis: row.basis,
                })
            })
            .collect::<Result<_>>()?;
        let areas = areas
            .into_iter()
            .map(|row| {
                Ok(Area {
                    code: row.code,
                    name: row.name,
                    kind: row.kind.parse().map_err(Error::Corrupt)?,
                    parent: row.parent_code,
                    code_scheme: row.code_scheme,
                    valid_from: row.valid_from,
                    valid_to: row.valid_to,
                    source: row.source,
                })
            })
            .collect::<Result<_>>()?;
        let memberships: Vec<Membership> = memberships
            .into_iter()
            .map(|row| Membership {
                child: code(&area_codes, row.child_id),
                parent: code(&area_codes, row.parent_id),
                valid_from: row.valid_from,
                valid_to: row.valid_to,
                source: row.source,
            })
            .collect();
        Catalogue::build(frameworks, relations, areas, &memberships).map_err(|error| Error::Corrupt(error.to_string()))
    }
}

/// The code behind a key; foreign keys see to it that there is one.
fn code(codes: &HashMap<i64, String>, id: i64) -> String {
    codes.get(&id).cloned().unwrap_or_default()
}

fn number(stored: i16) -> Result<u8> {
    u8::try_from(stored).map_err(|_| Error::Corrupt(format!("the benchmark number {stored}")))
}
