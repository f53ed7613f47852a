//! What an identity names, and how it is written.

use async_graphql::ID;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

/// What an identity names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeKey {
    /// An area by code.
    Area(String),
    /// A benchmark by framework and number.
    Benchmark(String, u8),
    /// A framework by code.
    Framework(String),
    /// A release by number.
    Release(u32),
}

impl NodeKey {
    /// The identity as written.
    pub fn id(&self) -> ID {
        let text = match self {
            Self::Area(code) => format!("Area:{code}"),
            Self::Benchmark(framework, number) => format!("Benchmark:{framework}/{number}"),
            Self::Framework(code) => format!("Framework:{code}"),
            Self::Release(number) => format!("Release:{number}"),
        };
        ID(URL_SAFE_NO_PAD.encode(text))
    }

    /// Reads an identity; `None` where it is none of ours.
    pub fn read(id: &ID) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id.as_str()).ok()?).ok()?;
        let (kind, key) = text.split_once(':')?;
        match kind {
            "Area" => Some(Self::Area(key.to_owned())),
            "Benchmark" => {
                let (framework, number) = key.rsplit_once('/')?;
                Some(Self::Benchmark(framework.to_owned(), number.parse().ok()?))
            }
            "Framework" => Some(Self::Framework(key.to_owned())),
            "Release" => Some(Self::Release(key.parse().ok()?)),
            _ => None,
        }
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
            NodeKey::Framework("HKBM-2019".into()),
            NodeKey::Release(7),
        ] {
            assert_eq!(NodeKey::read(&key.id()), Some(key));
        }
        assert_eq!(NodeKey::read(&ID("nonsense".into())), None);
    }
}
