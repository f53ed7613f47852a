//! Rules that rows must keep: found broken before they are made, and added to tables that exist already.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend, QueryResult},
};

/// A rule of one table, in SQL that SQLite and PostgreSQL read alike.
pub(crate) struct Rule {
    /// The table.
    pub(crate) table: &'static str,
    /// The constraint's name.
    pub(crate) name: String,
    /// The column that it is about.
    column: &'static str,
    /// What a message shows as found.
    shown: &'static str,
    /// What a message says should be there.
    expected: String,
    /// True for a row that keeps the rule.
    kept: String,
    /// The constraint, without its name.
    clause: String,
}

impl Rule {
    /// A condition over the columns of one row.
    pub(crate) fn check(
        table: &'static str,
        column: &'static str,
        expected: &str,
        condition: impl Into<String>,
    ) -> Self {
        let kept = condition.into();
        Self {
            table,
            name: format!("{table}_{column}_check"),
            column,
            shown: column,
            expected: expected.to_owned(),
            clause: format!("CHECK ({kept})"),
            kept,
        }
    }

    /// A text with something in it.
    pub(crate) fn not_blank(table: &'static str, column: &'static str) -> Self {
        Self::check(table, column, "a text that is not blank", format!("TRIM({column}) <> ''"))
    }

    /// A number within limits, both included.
    pub(crate) fn between(table: &'static str, column: &'static str, least: i64, most: i64) -> Self {
        let expected = format!("a whole number from {least} to {most}");
        Self::check(table, column, &expected, format!("{column} BETWEEN {least} AND {most}"))
    }

    /// A number that is not negative.
    pub(crate) fn not_negative(table: &'static str, column: &'static str) -> Self {
        Self::check(table, column, "a number that is not negative", format!("{column} >= 0"))
    }

    /// So many bytes.
    pub(crate) fn bytes(table: &'static str, column: &'static str, count: u32) -> Self {
        let condition = format!("LENGTH({column}) = {count}");
        // Bytes are no text to show.
        Self { shown: "'other bytes'", ..Self::check(table, column, &format!("{count} bytes"), condition) }
    }

    /// A word of a closed list.
    pub(crate) fn one_of(table: &'static str, column: &'static str, words: &[&str]) -> Self {
        let list = words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ");
        Self::check(table, column, &format!("one of {}", words.join(", ")), format!("{column} IN ({list})"))
    }

    /// The `id` of another table's row, or none.
    pub(crate) fn refers(table: &'static str, column: &'static str, to: &'static str) -> Self {
        Self {
            table,
            name: format!("{table}_{column}_fkey"),
            column,
            shown: column,
            expected: format!("the id of a row of `{to}`"),
            kept: format!("{column} IS NULL OR {column} IN (SELECT id FROM {to})"),
            clause: format!("FOREIGN KEY ({column}) REFERENCES {to} (id)"),
        }
    }

    /// The constraint with its name.
    fn constraint(&self) -> String {
        format!("CONSTRAINT {} {}", self.name, self.clause)
    }
}

/// Looks for a row that breaks a rule. A driver would tell the rule; whoever mends the row needs the row.
///
/// # Errors
/// With the key of the first such row, what is there and what was expected.
pub(crate) async fn check(manager: &SchemaManager<'_>, rules: &[Rule]) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    for rule in rules {
        let keys = keys(rule.table);
        let mut broken = Query::select();
        for column in keys.iter().chain([&rule.shown]) {
            broken.expr(Expr::cust(*column).cast_as("text"));
        }
        broken.from(rule.table).and_where(Expr::cust(rule.kept.clone()).not()).limit(1);
        if let Some(row) = connection.query_one(&broken).await? {
            let mut key = Vec::new();
            for (position, column) in keys.iter().enumerate() {
                key.push(format!("{column} `{}`", shown(&row, position)?));
            }
            return Err(DbErr::Migration(format!(
                "table `{}`, row with {}: expected in `{}` {}, found `{}`; correct the row, then migrate again",
                rule.table,
                key.join(", "),
                rule.column,
                rule.expected,
                shown(&row, keys.len())?
            )));
        }
    }
    Ok(())
}

/// Adds the rules to their tables, which are given with parents before children.
pub(crate) async fn add(manager: &SchemaManager<'_>, tables: &[&str], rules: &[Rule]) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Sqlite {
        for table in tables.iter().filter(|table| of(rules, table).next().is_some()) {
            let added =
                of(rules, table).map(|rule| format!("ADD {}", rule.constraint())).collect::<Vec<_>>().join(", ");
            manager.get_connection().execute_unprepared(&format!("ALTER TABLE {table} {added}")).await?;
        }
        return Ok(());
    }
    rebuild(manager, tables, |table, definition| {
        let end = definition.rfind(')')?;
        let added: String = of(rules, table).map(|rule| format!(", {}", rule.constraint())).collect();
        Some(format!("{}{added} )", definition[..end].trim_end()))
    })
    .await
}

/// Takes the rules away again.
pub(crate) async fn remove(manager: &SchemaManager<'_>, tables: &[&str], rules: &[Rule]) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Sqlite {
        for table in tables.iter().filter(|table| of(rules, table).next().is_some()) {
            let dropped =
                of(rules, table).map(|rule| format!("DROP CONSTRAINT {}", rule.name)).collect::<Vec<_>>().join(", ");
            manager.get_connection().execute_unprepared(&format!("ALTER TABLE {table} {dropped}")).await?;
        }
        return Ok(());
    }
    rebuild(manager, tables, |table, definition| {
        Some(of(rules, table).fold(definition.to_owned(), |definition, rule| {
            definition.replace(&format!(", {}", rule.constraint()), "")
        }))
    })
    .await
}

/// Builds tables of SQLite anew from their own definitions, changed, since SQLite adds no constraint to a table that exists.
///
/// Whatever refers to one of the tables must be among them, and after it. The new tables stand beside the old ones and refer
/// to each other until the old ones are gone, children first: so no row refers to nothing at any moment, and foreign keys,
/// which cannot be switched off within a transaction, stay on.
pub(crate) async fn rebuild(
    manager: &SchemaManager<'_>,
    tables: &[&str],
    change: impl Fn(&str, &str) -> Option<String>,
) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let mut indexes = Vec::new();
    for table in tables {
        let definition = definitions(manager, "table", table).await?.pop();
        let new = definition.as_deref().and_then(|definition| change(table, definition));
        let mut new = new
            .and_then(|new| new.strip_prefix(&format!("CREATE TABLE \"{table}\"")).map(str::to_owned))
            .ok_or_else(|| DbErr::Migration(format!("the definition of table `{table}` is not as it was made")))?;
        for table in tables {
            new = new.replace(&format!("REFERENCES \"{table}\""), &format!("REFERENCES \"{table}_new\""));
        }
        connection.execute_unprepared(&format!("CREATE TABLE \"{table}_new\"{new}")).await?;
        connection.execute_unprepared(&format!("INSERT INTO \"{table}_new\" SELECT * FROM \"{table}\"")).await?;
        indexes.extend(definitions(manager, "index", table).await?);
    }
    for table in tables.iter().rev() {
        manager.drop_table(Table::drop().table((*table).to_owned()).to_owned()).await?;
    }
    for table in tables {
        // Renames the references of the other new tables too.
        connection.execute_unprepared(&format!("ALTER TABLE \"{table}_new\" RENAME TO \"{table}\"")).await?;
    }
    for index in indexes {
        connection.execute_unprepared(&index).await?;
    }
    Ok(())
}

/// The rules of one table.
fn of<'a>(rules: &'a [Rule], table: &'a str) -> impl Iterator<Item = &'a Rule> {
    rules.iter().filter(move |rule| rule.table == table)
}

/// The definitions of a table, or of its indexes, as SQLite keeps them.
async fn definitions(manager: &SchemaManager<'_>, kind: &str, table: &str) -> Result<Vec<String>, DbErr> {
    let found = Query::select()
        .column("sql")
        .from("sqlite_schema")
        .and_where(Expr::col("type").eq(kind))
        .and_where(Expr::col("tbl_name").eq(table))
        .and_where(Expr::col("sql").is_not_null())
        .to_owned();
    let rows = manager.get_connection().query_all(&found).await?;
    rows.iter().map(|row| row.try_get("", "sql")).collect()
}

/// The columns that name a row of a table.
fn keys(table: &str) -> &'static [&'static str] {
    match table {
        "agreement_purpose" => &["agreement_id", "purpose"],
        "benchmark_score" => &["result_id", "benchmark"],
        "release" => &["number"],
        "budget_entry" => &["organisation_id", "tier", "measure", "period", "tabulation"],
        _ => &["id"],
    }
}

fn shown(row: &QueryResult, position: usize) -> Result<String, DbErr> {
    Ok(row.try_get_by_index::<Option<String>>(position)?.unwrap_or_else(|| "NULL".to_owned()))
}
