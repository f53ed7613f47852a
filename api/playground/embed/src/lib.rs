//! The playground as its build left it. A crate of its own, so that another page does not compile the service again.

use std::borrow::Cow;

use rust_embed::RustEmbed;

/// What the build of the playground left, if there was one.
#[derive(RustEmbed)]
#[folder = "../dist"]
#[allow_missing = true]
struct Built;

/// A file of the page.
#[derive(Debug, Clone)]
pub struct File {
    /// What is in it.
    pub data: Cow<'static, [u8]>,
    /// Its media type.
    pub media_type: String,
}

/// The file of this name; `None` where the page has none, or was not built.
pub fn file(name: &str) -> Option<File> {
    let file = Built::get(name)?;
    Some(File { media_type: file.metadata.mimetype().to_owned(), data: file.data })
}
