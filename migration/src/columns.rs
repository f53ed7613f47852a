//! Columns and keys that come up again and again.

use sea_orm_migration::prelude::*;

/// A key that the database numbers itself.
pub(crate) fn numbered() -> ColumnDef {
    ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key().take()
}

/// A key that the application gives.
pub(crate) fn given() -> ColumnDef {
    ColumnDef::new("id").big_integer().not_null().primary_key().take()
}

/// A text that must be there.
pub(crate) fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().take()
}

/// A text that must be there and stands once.
pub(crate) fn unique_text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().unique_key().take()
}

/// A text that may be missing.
pub(crate) fn optional_text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().null().take()
}

/// A small whole number.
pub(crate) fn small(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).small_integer().not_null().take()
}

/// A whole number.
pub(crate) fn whole(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}

/// A date that must be there.
pub(crate) fn date(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).date().not_null().take()
}

/// A date that may be open.
pub(crate) fn optional_date(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).date().null().take()
}

/// A reference to the `id` of another table.
pub(crate) fn refers(table: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(to, "id").to_owned()
}
