//! A change as the audit tells it.

use async_graphql::{Result, SimpleObject, connection::PageInfo};
use chrono::NaiveDate;

use crate::{
    domain::ChangeAuthor,
    graphql::error::graphql_error,
    service::{Reader, ToldChange},
};

use super::{
    DateTime,
    page::{cursor, cursors, page_size},
    whole,
};

/// A change as the audit tells it: who changed what, and when. No secret, no figure and no text of anybody's own is in it.
#[derive(SimpleObject, Clone)]
pub struct RecordedChange {
    /// When, UTC.
    at: DateTime,
    /// The code of the organisation that made it; null where the operator of the service did, by command.
    organisation: Option<String>,
    /// The client that asked for it; null where none did.
    client: Option<String>,
    /// What was changed, e.g. `agreement.granted`, `client.rotated`, `submission.withdrawn` or `release.published`. More come with time.
    change: String,
    /// Which object: the number of an agreement, a submission or a release, the code of an organisation, the identifier of a client.
    object: String,
    /// What is to be known of it beside that, in a few words; null where there is nothing.
    detail: Option<String>,
    /// All of it in a sentence, to be read by an officer.
    statement: String,
}

impl From<ToldChange> for RecordedChange {
    fn from(told: ToldChange) -> Self {
        let ToldChange { entry, statement } = told;
        let given = |text: String| (!text.is_empty()).then_some(text);
        let by_operator = entry.by == ChangeAuthor::operator();
        Self {
            at: entry.at.into(),
            client: given(entry.by.client).filter(|_| !by_operator),
            organisation: given(entry.by.organisation),
            change: entry.change,
            object: entry.object,
            detail: given(entry.detail),
            statement,
        }
    }
}

/// A page of changes, newest first.
#[derive(SimpleObject)]
pub struct RecordedChangeConnection {
    /// The changes with their cursors.
    edges: Vec<RecordedChangeEdge>,
    /// The changes alone.
    nodes: Vec<RecordedChange>,
    /// Whether more follow, and from where.
    page_info: PageInfo,
    /// How many changes there are on all pages.
    total_count: i32,
}

/// A change on a page.
#[derive(SimpleObject)]
pub struct RecordedChangeEdge {
    /// Where it stands in the list: give it as `after` to go on from here.
    cursor: String,
    /// The change.
    node: RecordedChange,
}

impl RecordedChangeConnection {
    pub(crate) async fn load(
        reader: &Reader,
        since: Option<NaiveDate>,
        first: Option<i32>,
        after: Option<&str>,
    ) -> Result<Self> {
        let before = cursor(after, |number| number.parse().ok())?;
        let page = reader.recorded_changes(since, before, page_size(first)?).await.map_err(graphql_error)?;
        let (cursors, page_info) = cursors(&page, before.is_some(), |told| told.entry.number.to_string());
        let nodes: Vec<RecordedChange> = page.items.into_iter().map(RecordedChange::from).collect();
        let edge = |(node, cursor): (&RecordedChange, _)| RecordedChangeEdge { cursor, node: node.clone() };
        Ok(Self {
            page_info,
            edges: nodes.iter().zip(cursors).map(edge).collect(),
            nodes,
            total_count: whole(page.total),
        })
    }
}
