//! Names in the language that is asked for.

use std::sync::LazyLock;

use crate::{
    domain::{Language, Wordings},
    ingest::reference,
};

static WORDINGS: LazyLock<Wordings> = LazyLock::new(|| reference::wordings().unwrap_or_default());

/// The name of something in a language, where its source has one. `about` is `area`, `framework`, `benchmark` or a dimension's name.
pub fn wording(about: &str, code: &str, language: Language) -> Option<&'static str> {
    WORDINGS.find(about, code, language)
}
