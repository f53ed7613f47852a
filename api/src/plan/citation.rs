//! Citations: a reference to one table, written from a plan and read back into the question.
//!
//! `release-<number>-<tier>-<question>`, the question being [`Plan::canonical`] or [`DestinationPlan::canonical`] and the first four bytes of its SHA-256, in
//! Base64 (RFC 4648, section 5, no padding). A citation that was cut or mistyped is thus no citation of another table.
//! The purpose is not part of it: whoever asks again has a purpose of its own.
//!
//! [`DestinationPlan::canonical`]: super::DestinationPlan::canonical

mod destinations;

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use disclosure::Tier;
use sha2::{Digest, Sha256};

use crate::{
    domain::{Catalogue, Dimension},
    policy::OWN_RESULTS,
};

use super::{Filter, Plan, Question};

pub use destinations::DestinationCitation;

/// A reference to one table of one release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// The number of the release it was answered from.
    pub release: u32,
    /// The question, with the tier that it must be answered at.
    pub question: Question,
}

/// The text is not a citation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a citation as a table's `citation` gives it, `release-<number>-<tier>-<question>`; found one with {fault}"
)]
pub struct InvalidCitation {
    fault: String,
}

fn invalid(fault: impl Into<String>) -> InvalidCitation {
    InvalidCitation { fault: fault.into() }
}

impl Citation {
    /// The citation of a plan's table. Two spellings of one question have one.
    pub fn write(release: u32, plan: &Plan, catalogue: &Catalogue) -> String {
        write(release, plan.tier(), &plan.canonical(catalogue))
    }

    /// Reads a citation. Codes are not looked up: that is for [`super::build`].
    ///
    /// # Errors
    /// When the text is not built like one.
    pub fn read(text: &str) -> Result<Self, InvalidCitation> {
        let opened = Opened::read(text)?;
        let question = Question { tier: Some(opened.tier), ..question(&opened.canonical)? };
        opened.check_provider(question.provider.as_ref())?;
        Ok(Self { release: opened.release, question })
    }
}

/// A citation whose question is still one line of text.
struct Opened {
    release: u32,
    tier: Tier,
    canonical: String,
}

impl Opened {
    fn read(text: &str) -> Result<Self, InvalidCitation> {
        let rest = text.strip_prefix("release-").ok_or_else(|| invalid("no `release-` in front"))?;
        let mut parts = rest.splitn(3, '-');
        let mut part = || parts.next().unwrap_or_default();
        let number = part();
        let release = number.parse::<u32>().ok().filter(|release| release.to_string() == number);
        let release = release.ok_or_else(|| invalid("no number of a release"))?;
        let tier = part().parse().map_err(|_| invalid("no tier"))?;
        let canonical = unseal(part()).ok_or_else(|| invalid("a question that is cut or changed"))?;
        Ok(Self { release, tier, canonical })
    }

    /// What is one's own names the organisation, and nothing else does.
    fn check_provider(&self, provider: Option<&String>) -> Result<(), InvalidCitation> {
        if (self.tier == Tier::Own) == provider.is_some() {
            return Ok(());
        }
        Err(invalid(format!("a question that does not fit the tier `{}`", self.tier)))
    }
}

fn write(release: u32, tier: Tier, canonical: &str) -> String {
    format!("release-{release}-{tier}-{}", seal(canonical))
}

fn check(text: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(text));
    [a, b, c, d]
}

fn seal(canonical: &str) -> String {
    URL_SAFE_NO_PAD.encode([canonical.as_bytes(), &check(canonical.as_bytes())].concat())
}

fn unseal(sealed: &str) -> Option<String> {
    let mut bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let found = bytes.split_off(bytes.len().checked_sub(4)?);
    (found == check(&bytes)).then(|| String::from_utf8(bytes).ok()).flatten()
}

/// The named parts of a canonical question, taken out one after the other.
struct Named<'a>(BTreeMap<&'a str, Option<&'a str>>);

impl<'a> Named<'a> {
    /// What stands in front of the first `;`, and the named parts behind it.
    fn read(canonical: &'a str) -> Result<(&'a str, Self), InvalidCitation> {
        let mut parts = canonical.split(';');
        let first = parts.next().unwrap_or_default();
        let mut named = BTreeMap::new();
        for part in parts {
            let (name, value) = part.split_once('=').map_or((part, None), |(name, value)| (name, Some(value)));
            if named.insert(name, value).is_some() {
                return Err(invalid(format!("`{name}` twice")));
            }
        }
        Ok((first, Self(named)))
    }

    fn value(&mut self, name: &str) -> Option<&'a str> {
        self.0.remove(name).map(Option::unwrap_or_default)
    }

    fn list(&mut self, name: &str) -> Result<Option<Vec<String>>, InvalidCitation> {
        self.value(name).map(|value| value.split(',').map(unescape).collect()).transpose()
    }

    fn required(&mut self, name: &str) -> Result<Vec<String>, InvalidCitation> {
        self.list(name)?.ok_or_else(|| invalid(format!("no `{name}`")))
    }

    /// Whether a name stands there, which has no value.
    fn flag(&mut self, name: &str) -> Result<bool, InvalidCitation> {
        match self.0.remove(name) {
            Some(Some(_)) => Err(invalid(format!("a value of `{name}`"))),
            found => Ok(found.is_some()),
        }
    }

    /// Nothing may be left over.
    fn finish(self) -> Result<(), InvalidCitation> {
        match self.0.keys().next() {
            Some(unknown) => Err(invalid(format!("the unknown part `{unknown}`"))),
            None => Ok(()),
        }
    }
}

/// Reads what [`Plan::canonical`] wrote.
fn question(canonical: &str) -> Result<Question, InvalidCitation> {
    let (framework, mut named) = Named::read(canonical)?;
    let mut question = Question { framework: unescape(framework)?, ..Question::default() };
    question.areas = Some(named.required("areas")?);
    question.periods = Some(named.required("periods")?);
    let number = |text: &String| text.parse().map_err(|_| invalid(format!("the benchmark `{text}`")));
    question.benchmarks = Some(named.required("benchmarks")?.iter().map(number).collect::<Result<_, _>>()?);
    for name in named.list("by")?.unwrap_or_default() {
        let dimension = Dimension::ALL.into_iter().find(|dimension| dimension.name() == name);
        question.by.push(dimension.ok_or_else(|| invalid(format!("the dimension `{name}`")))?);
    }
    for dimension in Dimension::ALL {
        if let Some(categories) = named.list(dimension.name())? {
            question.filters.push(Filter { dimension, categories });
        }
    }
    if let Some(codes) = named.list("provider")? {
        question.provider = Some(codes.join(","));
        question.purpose = Some(OWN_RESULTS.to_owned());
    }
    question.mapped = named.flag("mapped")?;
    question.reconcile = named.flag("reconcile")?;
    named.finish()?;
    Ok(question)
}

/// A code without the characters that separate codes.
pub(super) fn escape(code: &str) -> String {
    code.replace('%', "%25").replace(';', "%3B").replace(',', "%2C").replace('=', "%3D")
}

fn unescape(text: &str) -> Result<String, InvalidCitation> {
    let code = text.replace("%3B", ";").replace("%2C", ",").replace("%3D", "=").replace("%25", "%");
    if text.is_empty() || escape(&code) != text {
        return Err(invalid(format!("the code `{text}`")));
    }
    Ok(code)
}

#[cfg(test)]
mod tests;
