//! What an identity names, and how it is written.

use async_graphql::ID;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::domain;

/// What an identity names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeKey {
    /// An area by code.
    Area(String),
    /// A benchmark by framework and number.
    Benchmark(String, u8),
    /// A table of destinations by citation, for a purpose.
    DestinationTable(String, String),
    /// A framework by code.
    Framework(String),
    /// An organisation by code.
    Organisation(String),
    /// A table of outcomes by citation, for a purpose.
    OutcomeTable(String, String),
    /// A term.
    Period(domain::Period),
    /// A release by number.
    Release(u32),
    /// Who asks for an organisation, by its code; empty for who has no token.
    Viewer(String),
}

impl NodeKey {
    /// The identity as written.
    pub fn id(&self) -> ID {
        let text = match self {
            Self::Area(code) => format!("Area:{code}"),
            Self::Benchmark(framework, number) => format!("Benchmark:{framework}/{number}"),
            Self::DestinationTable(purpose, citation) => format!("DestinationTable:{purpose}/{citation}"),
            Self::Framework(code) => format!("Framework:{code}"),
            Self::Organisation(code) => format!("Organisation:{code}"),
            Self::OutcomeTable(purpose, citation) => format!("OutcomeTable:{purpose}/{citation}"),
            Self::Period(period) => format!("Period:{period}"),
            Self::Release(number) => format!("Release:{number}"),
            Self::Viewer(code) => format!("Viewer:{code}"),
        };
        ID(URL_SAFE_NO_PAD.encode(text))
    }

    /// Reads an identity; `None` where it is none of ours.
    pub fn read(id: &ID) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id.as_str()).ok()?).ok()?;
        let (kind, key) = text.split_once(':')?;
        // Neither numbers nor citations have a slash.
        let split = || key.rsplit_once('/').map(|(front, last)| (front.to_owned(), last.to_owned()));
        let key = match kind {
            "Area" => Self::Area(key.to_owned()),
            "Benchmark" => split().and_then(|(code, number)| Some(Self::Benchmark(code, number.parse().ok()?)))?,
            "DestinationTable" => split().map(|(purpose, citation)| Self::DestinationTable(purpose, citation))?,
            "Framework" => Self::Framework(key.to_owned()),
            "Organisation" => Self::Organisation(key.to_owned()),
            "OutcomeTable" => split().map(|(purpose, citation)| Self::OutcomeTable(purpose, citation))?,
            "Period" => Self::Period(key.parse().ok()?),
            "Release" => Self::Release(key.parse().ok()?),
            "Viewer" => Self::Viewer(key.to_owned()),
            _ => return None,
        };
        // A number may be written in several ways, an identity in one.
        (key.id() == *id).then_some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_read_as_it_was_written() {
        for key in [
            NodeKey::Area("E12000001".into()),
            NodeKey::Benchmark("GATSBY-2014".into(), 3),
            NodeKey::DestinationTable("OWN_RESULTS".into(), "release-2-own-YQ".into()),
            NodeKey::Framework("HKBM-2019".into()),
            NodeKey::Organisation("HUB:1/2".into()),
            NodeKey::OutcomeTable("peer review/2026".into(), "release-2-m2-regional-YQ_-".into()),
            NodeKey::Period("202324T3".parse().unwrap()),
            NodeKey::Release(7),
            NodeKey::Viewer(String::new()),
        ] {
            assert_eq!(NodeKey::read(&key.id()), Some(key));
        }
        for text in [
            "nonsense",
            "Area",
            "Period:202325T1",
            "OutcomeTable:release-2-own-YQ",
            "Release:-1",
            "Release:+1",
            "Benchmark:HKBM-2019/01",
            "Cell:1",
        ] {
            assert_eq!(NodeKey::read(&ID(URL_SAFE_NO_PAD.encode(text))), None, "{text}");
        }
        assert_eq!(NodeKey::read(&ID("nonsense".into())), None);
    }
}
