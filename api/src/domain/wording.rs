//! Names of frameworks, areas and categories in other languages than English, where their sources have them.

use std::{collections::HashMap, str::FromStr};

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English, in which everything has a name.
    English,
    /// Chinese in traditional characters.
    TraditionalChinese,
}

impl FromStr for Language {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "en" => Ok(Self::English),
            "zh-Hant" => Ok(Self::TraditionalChinese),
            other => Err(format!("expected `en` or `zh-Hant`, found `{other}`")),
        }
    }
}

/// The names that are known in other languages.
#[derive(Debug, Default)]
pub struct Wordings(HashMap<(String, String, Language), String>);

impl Wordings {
    /// Takes in a name. `about` is `area`, `framework`, `benchmark` or a dimension's name.
    pub fn add(&mut self, about: String, code: String, language: Language, text: String) {
        self.0.insert((about, code, language), text);
    }

    /// The name of something in a language, where it has one.
    pub fn find(&self, about: &str, code: &str, language: Language) -> Option<&str> {
        self.0.get(&(about.to_owned(), code.to_owned(), language)).map(String::as_str)
    }
}
