//! The playground: built from `api/playground`, handed over by the program that embeds it.

use std::borrow::Cow;

/// How to find the files of the playground by their names. By default there are none: then the page says how to build it.
///
/// The service does not embed them itself: a page that was built again would compile all of it again.
#[derive(Clone, Copy)]
pub struct Playground(pub fn(&str) -> Option<PlaygroundFile>);

/// A file of the playground.
#[derive(Debug, Clone)]
pub struct PlaygroundFile {
    /// What is in it.
    pub data: Cow<'static, [u8]>,
    /// Its media type.
    pub media_type: String,
}

impl Default for Playground {
    fn default() -> Self {
        Self(|_| None)
    }
}
