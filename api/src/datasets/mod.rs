//! The datasets that tables are made of. Each is a [`Dataset`] of the engine: its question, its plan, its bill, its count and what its
//! table tells.

pub mod destinations;
pub mod outcomes;

use disclosure::NoiseKey;

use crate::{release::Snapshot, tabulation::Dataset};

pub use destinations::Destinations;
pub use outcomes::Outcomes;

/// What is made of a release ahead of every question, by dataset.
pub struct Books {
    outcomes: outcomes::Book,
}

impl Books {
    /// The books of a release. It takes a while.
    pub fn of(snapshot: &Snapshot, key: &NoiseKey) -> Self {
        Self { outcomes: outcomes::Book::of(snapshot, key) }
    }

    /// How many cells are in them, and what they take in memory, bytes.
    pub fn size(&self) -> (usize, usize) {
        (self.outcomes.cells(), self.outcomes.bytes())
    }
}

/// A dataset with its book among [`Books`].
pub trait Booked: Dataset {
    /// Its book.
    fn book(books: &Books) -> &Self::Book;
}

impl Booked for Outcomes {
    fn book(books: &Books) -> &outcomes::Book {
        &books.outcomes
    }
}

impl Booked for Destinations {
    fn book(_: &Books) -> &() {
        &()
    }
}
