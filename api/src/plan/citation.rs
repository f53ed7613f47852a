//! Citations: a reference to one table, written from a plan and read back into the question.
//!
//! `release-<number>-<tier>-<question>`, the question being [`Plan::canonical`] and the first four bytes of its SHA-256, in
//! Base64 (RFC 4648, section 5, no padding). A citation that was cut or mistyped is thus no citation of another table.
//! The purpose is not part of it: whoever asks again has a purpose of its own.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use disclosure::Tier;
use sha2::{Digest, Sha256};

use crate::{
    domain::{Catalogue, Dimension},
    policy::OWN_RESULTS,
};

use super::{Filter, Plan, Question};

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
        format!("release-{release}-{}-{}", plan.tier(), seal(&plan.canonical(catalogue)))
    }

    /// Reads a citation. Codes are not looked up: that is for [`super::build`].
    ///
    /// # Errors
    /// When the text is not built like one.
    pub fn read(text: &str) -> Result<Self, InvalidCitation> {
        let rest = text.strip_prefix("release-").ok_or_else(|| invalid("no `release-` in front"))?;
        let mut parts = rest.splitn(3, '-');
        let mut part = || parts.next().unwrap_or_default();
        let release = part().parse().map_err(|_| invalid("no number of a release"))?;
        let tier: Tier = part().parse().map_err(|_| invalid("no tier"))?;
        let canonical = unseal(part()).ok_or_else(|| invalid("a question that is cut or changed"))?;
        let question = Question { tier: Some(tier), ..question(&canonical)? };
        if (tier == Tier::Own) != question.provider.is_some() {
            return Err(invalid(format!("a question that does not fit the tier `{tier}`")));
        }
        Ok(Self { release, question })
    }
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

/// Reads what [`Plan::canonical`] wrote.
fn question(canonical: &str) -> Result<Question, InvalidCitation> {
    let mut parts = canonical.split(';');
    let mut question = Question { framework: unescape(parts.next().unwrap_or_default())?, ..Question::default() };
    let mut named: BTreeMap<&str, &str> = BTreeMap::new();
    for part in parts {
        let (name, value) = match part.split_once('=') {
            Some((name @ ("mapped" | "reconcile"), _)) => return Err(invalid(format!("a value of `{name}`"))),
            Some((name, value)) => (name, value),
            None => (part, ""),
        };
        if named.insert(name, value).is_some() {
            return Err(invalid(format!("`{name}` twice")));
        }
    }
    let mut list = |name: &str| -> Result<Option<Vec<String>>, InvalidCitation> {
        named.remove(name).map(|value| value.split(',').map(unescape).collect()).transpose()
    };
    let required =
        |name: &str, list: Option<Vec<String>>| list.ok_or_else(|| invalid(format!("no `{name}`"))).map(Some);
    question.areas = required("areas", list("areas")?)?;
    question.periods = required("periods", list("periods")?)?;
    let number = |text: &String| text.parse().map_err(|_| invalid(format!("the benchmark `{text}`")));
    let numbers = required("benchmarks", list("benchmarks")?)?.unwrap_or_default();
    question.benchmarks = Some(numbers.iter().map(number).collect::<Result<_, _>>()?);
    for name in list("by")?.unwrap_or_default() {
        let dimension = Dimension::ALL.into_iter().find(|dimension| dimension.name() == name);
        question.by.push(dimension.ok_or_else(|| invalid(format!("the dimension `{name}`")))?);
    }
    for dimension in Dimension::ALL {
        if let Some(categories) = list(dimension.name())? {
            question.filters.push(Filter { dimension, categories });
        }
    }
    if let Some(codes) = list("provider")? {
        question.provider = Some(codes.join(","));
        question.purpose = Some(OWN_RESULTS.to_owned());
    }
    question.mapped = named.remove("mapped").is_some();
    question.reconcile = named.remove("reconcile").is_some();
    match named.keys().next() {
        Some(unknown) => Err(invalid(format!("the unknown part `{unknown}`"))),
        None => Ok(question),
    }
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
