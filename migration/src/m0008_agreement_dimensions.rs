//! The dimensions of an agreement as rows, and whether it allows every one.

use sea_orm_migration::{prelude::*, sea_orm::ConnectionTrait};

use crate::columns::{optional_text, refers, text, whole};

/// The dimensions of an agreement as rows, and whether it allows every one.
pub(crate) struct Migration;

/// The dimensions that there are.
const DIMENSIONS: [&str; 5] = ["PHASE", "TYPE", "DISADVANTAGE", "SIZE", "SETTING"];

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0008_agreement_dimensions"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        manager
            .create_table(
                Table::create()
                    .table("agreement_dimension")
                    .col(whole("agreement_id"))
                    .col(text("dimension"))
                    .primary_key(Index::create().col("agreement_id").col("dimension"))
                    .foreign_key(&mut refers("agreement_dimension", "agreement_id", "agreement"))
                    .check(("agreement_dimension_dimension_check", Expr::col("dimension").is_in(DIMENSIONS)))
                    .to_owned(),
            )
            .await?;
        let listed = Query::select()
            .columns(["id", "dimensions"])
            .from("agreement")
            .and_where(Expr::col("dimensions").is_not_null())
            .order_by("id", Order::Asc)
            .to_owned();
        for row in connection.query_all(&listed).await? {
            let (agreement, list): (i64, String) = (row.try_get("", "id")?, row.try_get("", "dimensions")?);
            for dimension in dimensions(agreement, &list)? {
                let row = Query::insert()
                    .into_table("agreement_dimension")
                    .columns(["agreement_id", "dimension"])
                    .values_panic([agreement.into(), dimension.into()])
                    .to_owned();
                connection.execute(&row).await?;
            }
        }
        // An agreement that says neither allows nothing.
        let every = ColumnDef::new("every_dimension").boolean().not_null().default(false).take();
        manager.alter_table(Table::alter().table("agreement").add_column(every).to_owned()).await?;
        let unlisted = Query::update()
            .table("agreement")
            .value("every_dimension", true)
            .and_where(Expr::col("dimensions").is_null())
            .to_owned();
        connection.execute(&unlisted).await?;
        manager.alter_table(Table::alter().table("agreement").drop_column("dimensions").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        manager
            .alter_table(Table::alter().table("agreement").add_column(optional_text("dimensions")).to_owned())
            .await?;
        let of_this = Expr::col(("agreement_dimension", "agreement_id")).equals(("agreement", "id"));
        let list = Query::select()
            .expr(Func::cust("string_agg").args([Expr::col("dimension"), Expr::val(",")]))
            .from("agreement_dimension")
            .and_where(of_this)
            .to_owned();
        let listed = Query::update()
            .table("agreement")
            .value("dimensions", Func::coalesce([Expr::SubQuery(None, Box::new(list.into())), Expr::val("")]))
            .and_where(Expr::col("every_dimension").eq(false))
            .to_owned();
        connection.execute(&listed).await?;
        manager.alter_table(Table::alter().table("agreement").drop_column("every_dimension").to_owned()).await?;
        manager.drop_table(Table::drop().table("agreement_dimension").to_owned()).await
    }
}

/// The dimensions of a list with commas, each once.
fn dimensions(agreement: i64, list: &str) -> Result<Vec<&'static str>, DbErr> {
    let mut found = Vec::new();
    for name in list.split(',').filter(|name| !name.is_empty()) {
        let dimension = DIMENSIONS.into_iter().find(|dimension| *dimension == name).ok_or_else(|| {
            DbErr::Migration(format!(
                "table `agreement`, row with id `{agreement}`: expected in `dimensions` some of {}, found `{name}`; correct \
                 the row, then migrate again",
                DIMENSIONS.join(", ")
            ))
        })?;
        if !found.contains(&dimension) {
            found.push(dimension);
        }
    }
    Ok(found)
}
