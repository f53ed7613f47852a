//! What becomes of a request: an answer, or somebody who wants to be told.

use std::sync::Arc;

use async_graphql::Variables;

use crate::service::Topic;

use super::{answer::Answer, document::Collected};

/// What became of a request.
pub enum Performed {
    /// It is answered.
    Answer(Answer),
    /// It wants to be told, as often as something happens.
    Subscribed(Box<Subscribed>),
}

impl From<Answer> for Performed {
    fn from(answer: Answer) -> Self {
        Self::Answer(answer)
    }
}

/// What somebody wants to be told, and which of it.
pub struct Subscribed {
    pub(super) topic: Topic,
    pub(super) collected: Arc<Collected>,
    pub(super) variables: Variables,
}

impl Subscribed {
    /// What is wanted.
    pub fn topic(&self) -> &Topic {
        &self.topic
    }
}
