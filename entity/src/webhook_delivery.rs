//! A message to a webhook: due, delivered, or given up.

use sea_orm::entity::prelude::*;

/// A message to a webhook: due, delivered, or given up.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    /// The key.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The identifier that the message carries, the same in each attempt.
    #[sea_orm(unique)]
    pub message: String,
    /// The webhook.
    pub webhook_id: i64,
    /// What sort of thing happened.
    pub event: String,
    /// To what it happened.
    pub subject: String,
    /// The body.
    pub payload: String,
    /// When it was noticed.
    pub made_at: DateTimeUtc,
    /// When it is tried next.
    pub due_at: DateTimeUtc,
    /// Until when a replica has it in hand.
    pub claimed_until: Option<DateTimeUtc>,
    /// How often it was tried.
    pub attempts: i32,
    /// How often it was tried before it was last sent again.
    pub attempts_before: i32,
    /// When it was taken.
    pub delivered_at: Option<DateTimeUtc>,
    /// When it was given up.
    pub given_up_at: Option<DateTimeUtc>,
    /// What came of the last attempt.
    pub outcome: Option<String>,
}

/// What its rows refer to.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The webhook.
    #[sea_orm(belongs_to = "super::webhook::Entity", from = "Column::WebhookId", to = "super::webhook::Column::Id")]
    Webhook,
}

impl Related<super::webhook::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Webhook.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
