//! The entities are what the migrations make, on SQLite and on PostgreSQL.

use std::collections::{BTreeMap, BTreeSet};

use migration::{Migrator, MigratorTrait};
use rstest::rstest;
use sea_orm::{
    ColumnTrait, ColumnType, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, Iden, Iterable,
    PrimaryKeyToColumn, QueryResult, RelationTrait, Statement,
};

use crate::support::{Database, Engine};

/// A table, as an entity declares it or as a database has it.
#[derive(Debug, PartialEq, Eq)]
struct Table {
    /// The columns, with their kinds in the words of PostgreSQL and whether they may be null.
    columns: BTreeMap<String, (String, bool)>,
    /// The columns of the primary key.
    key: BTreeSet<String>,
    /// The columns that refer to another table, with that table and its column.
    references: BTreeSet<[String; 3]>,
}

impl Table {
    fn of<E: EntityTrait>() -> (String, Self) {
        let column = |column: E::Column| {
            let definition = column.def();
            (Iden::to_string(&column), (kind(definition.get_column_type()).to_owned(), definition.is_null()))
        };
        let references = E::Relation::iter().map(|relation| relation.def()).filter(|relation| !relation.is_owner);
        let references = references.flat_map(|relation| {
            let to = relation.to_tbl.sea_orm_table().to_string();
            let pairs: Vec<_> = relation.from_col.into_iter().zip(relation.to_col).collect();
            pairs.into_iter().map(move |(from, column)| [from.to_string(), to.clone(), column.to_string()])
        });
        let table = Self {
            columns: E::Column::iter().map(column).collect(),
            key: E::PrimaryKey::iter().map(|key| Iden::to_string(&key.into_column())).collect(),
            references: references.collect(),
        };
        (E::default().table_name().to_owned(), table)
    }

    async fn in_database(database: &DatabaseConnection, table: &str) -> Self {
        let sqlite = database.get_database_backend() == DbBackend::Sqlite;
        let columns = if sqlite {
            format!("SELECT name, type, \"notnull\" = 0 FROM pragma_table_info('{table}')")
        } else {
            format!(
                "SELECT column_name, data_type, is_nullable = 'YES' FROM information_schema.columns \
                 WHERE table_schema = current_schema() AND table_name = '{table}'"
            )
        };
        let key = if sqlite {
            format!("SELECT name FROM pragma_table_info('{table}') WHERE pk > 0")
        } else {
            format!(
                "SELECT k.column_name FROM information_schema.table_constraints c \
                 JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name, table_name) \
                 WHERE c.constraint_type = 'PRIMARY KEY' AND c.table_name = '{table}'"
            )
        };
        let references = if sqlite {
            format!("SELECT \"from\", \"table\", \"to\" FROM pragma_foreign_key_list('{table}')")
        } else {
            format!(
                "SELECT f.attname, t.relname, u.attname FROM pg_constraint c \
                 JOIN pg_class t ON t.oid = c.confrelid \
                 CROSS JOIN LATERAL UNNEST(c.conkey, c.confkey) AS pair (\"from\", \"to\") \
                 JOIN pg_attribute f ON f.attrelid = c.conrelid AND f.attnum = pair.\"from\" \
                 JOIN pg_attribute u ON u.attrelid = c.confrelid AND u.attnum = pair.\"to\" \
                 WHERE c.contype = 'f' AND c.conrelid = '{table}'::regclass"
            )
        };
        let text = |row: &QueryResult, position| row.try_get_by_index::<String>(position).unwrap();
        Self {
            columns: rows(database, &columns)
                .await
                .iter()
                .map(|row| (text(row, 0), (text(row, 1), row.try_get_by_index(2).unwrap())))
                .collect(),
            key: rows(database, &key).await.iter().map(|row| text(row, 0)).collect(),
            references: rows(database, &references)
                .await
                .iter()
                .map(|row| [text(row, 0), text(row, 1), text(row, 2)])
                .collect(),
        }
    }
}

/// The kind of a column in the words of PostgreSQL.
fn kind(column: &ColumnType) -> &'static str {
    match column {
        ColumnType::SmallInteger => "smallint",
        ColumnType::Integer => "integer",
        ColumnType::BigInteger => "bigint",
        ColumnType::Double => "double precision",
        ColumnType::Boolean => "boolean",
        ColumnType::Date => "date",
        ColumnType::TimestampWithTimeZone => "timestamp with time zone",
        ColumnType::String(_) | ColumnType::Text => "text",
        ColumnType::VarBinary(_) | ColumnType::Blob => "bytea",
        other => panic!("no table has a column such as {other:?}"),
    }
}

async fn rows(database: &DatabaseConnection, sql: &str) -> Vec<QueryResult> {
    database.query_all_raw(Statement::from_string(database.get_database_backend(), sql)).await.unwrap()
}

/// Every entity by the name of its table.
fn declared() -> BTreeMap<String, Table> {
    macro_rules! tables {
        ($($module:ident)*) => { [$(Table::of::<entity::$module::Entity>()),*].into() };
    }
    tables! {
        agreement agreement_dimension agreement_purpose api_client area area_membership area_succession area_version
        audit_chain audit_entry audit_group benchmark
        benchmark_relation benchmark_score budget_entry catalogue_version client_credential comparator comparator_member
        comparator_version destination_count erasure framework
        framework_version institution institution_link issuer issuer_client kept_citation official_column official_data_set
        official_row organisation register_cut register_edition
        register_entry release release_edition requested_change result revocation roll_entry saved_question setting
        signing_key speaker submission used_assertion webhook webhook_delivery
    }
}

/// The indexes that are made beside those of keys and unique columns.
const INDEXES: [&str; 17] = [
    "agreement_consumer_id",
    "audit_entry_asked_at",
    "audit_group_asked_until",
    "budget_entry_measure_tabulation",
    "budget_entry_organisation_id_measure",
    "client_credential_client_id",
    "destination_count_institution_id",
    "destination_count_supersedes",
    "issuer_client_client",
    "issuer_name",
    "requested_change_changed_at",
    "requested_change_key",
    "result_framework_id_period",
    "result_supersedes",
    "submission_organisation_id_checksum",
    "webhook_delivery_due_at",
    "webhook_delivery_once",
];

/// Holds every entity to the tables of a database, and the tables to what stands between them.
pub(super) async fn hold_entities_to(database: &Database, engine: Engine) {
    let connection = database.connect().await;
    let tables = match engine {
        Engine::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        Engine::Postgres => "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()",
    };
    let mut there: BTreeSet<String> =
        rows(&connection, tables).await.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    assert!(there.remove("seaql_migrations"));
    let declared = declared();
    assert_eq!(declared["result"].references.len(), 6, "references are seen at all");
    assert_eq!(there, declared.keys().cloned().collect(), "each table has an entity, and each entity a table");
    for (name, mut entity) in declared {
        let mut table = Table::in_database(&connection, &name).await;
        if engine == Engine::Sqlite {
            // SQLite keeps any value in any column; its words for their kinds are no promise.
            for (kind, _) in entity.columns.values_mut().chain(table.columns.values_mut()) {
                kind.clear();
            }
        }
        assert_eq!(entity, table, "{name}");
    }
    let indexes = match engine {
        Engine::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'index'",
        Engine::Postgres => "SELECT indexname::text FROM pg_indexes WHERE schemaname = current_schema()",
    };
    let indexes: BTreeSet<String> =
        rows(&connection, indexes).await.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    assert!(INDEXES.iter().all(|index| indexes.contains(*index)), "{indexes:?}");
    if engine == Engine::Sqlite {
        assert!(rows(&connection, "SELECT * FROM pragma_foreign_key_check").await.is_empty());
        let whole = rows(&connection, "SELECT * FROM pragma_integrity_check").await;
        assert_eq!(whole[0].try_get_by_index::<String>(0).unwrap(), "ok");
    }
}

#[rstest]
#[case(Engine::Sqlite)]
#[case(Engine::Postgres)]
#[tokio::test]
async fn every_entity_is_what_the_migrations_make(#[case] engine: Engine) {
    let database = Database::fresh(engine).await;
    let file = format!("{}?mode=rwc", database.url);
    let url = if engine == Engine::Sqlite { &file } else { &database.url };
    Migrator::up(&sea_orm::Database::connect(url).await.unwrap(), None).await.unwrap();
    hold_entities_to(&database, engine).await;
}
