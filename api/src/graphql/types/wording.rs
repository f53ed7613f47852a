//! Names in the language that is asked for.

use async_graphql::{Enum, SimpleObject};

use crate::{domain, service};

/// A language of names.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::Language")]
pub enum Language {
    /// English. Everything has a name in it.
    English,
    /// Chinese in traditional characters: Hong Kong's areas, phases and types, and its framework.
    TraditionalChinese,
}

/// A name, with the language it is in.
#[derive(SimpleObject)]
pub struct Wording {
    /// The name.
    pub(crate) text: String,
    /// The language of the name: the one that was asked for, or English where there is no name in that.
    pub(crate) language: Language,
}

impl Wording {
    /// The name of something with a code in a language, or else its English one.
    pub(crate) fn of(about: &str, code: &str, language: Language, english: &str) -> Self {
        match service::wording(about, code, language.into()) {
            Some(text) => Self { text: text.to_owned(), language },
            None => Self { text: english.to_owned(), language: Language::English },
        }
    }
}
