//! Citations: a reference to one table, written from a plan and read back into the question.
//!
//! `release-<number>-m<method>-<tier>-<question>`, the method being that of disclosure control which the release was published
//! with (left out for the first one, before there was a choice), the question being [`TablePlan::canonical`] and the first four bytes of its SHA-256, in
//! Base64 (RFC 4648, section 5, no padding). A citation that was cut or mistyped is thus no citation of another table.
//! The purpose is not part of it: whoever asks again has a purpose of its own.

use std::{borrow::Cow, collections::BTreeMap};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use disclosure::{Method, Tier};
use sha2::{Digest, Sha256};

use crate::{
    domain::{Catalogue, Release},
    policy::OWN_RESULTS,
};

use super::{Asked, Dataset, TablePlan};

/// A reference to one table of one release.
pub struct Citation<D: Dataset> {
    /// The number of the release it was answered from.
    pub release: u32,
    /// The question, with the tier that it must be answered at.
    pub question: D::Question,
}

/// The text is not a citation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a citation as a table's `citation` gives it, `release-<number>-m<method>-<tier>-<question>`; found one with {fault}"
)]
pub struct InvalidCitation {
    fault: String,
}

/// A citation with a fault.
pub fn invalid(fault: impl Into<String>) -> InvalidCitation {
    InvalidCitation { fault: fault.into() }
}

impl<D: Dataset> Citation<D> {
    /// The citation of a plan's table. Two spellings of one question have one.
    pub fn write(release: &Release, plan: &D::Plan, catalogue: &Catalogue) -> String {
        let first = release.method == Method::First;
        let method = if first { String::new() } else { format!("m{}-", release.method.number()) };
        format!("release-{}-{method}{}-{}", release.number, plan.scope().tier(), seal(&plan.canonical(catalogue)))
    }

    /// Reads a citation. Codes are not looked up: that is for [`Dataset::plans`].
    ///
    /// # Errors
    /// When the text is not built like one.
    pub fn read(text: &str) -> Result<Self, InvalidCitation> {
        let (release, method, tier, canonical) = parts(text)?;
        let mut question = D::read(&canonical)?;
        let asked = D::asked(&mut question);
        asked.tier = Some(tier);
        asked.method = Some(method);
        // What is one's own names the organisation, and nothing else does.
        if (tier == Tier::Own) != asked.provider.is_some() {
            return Err(invalid(format!("a question that does not fit the tier `{tier}`")));
        }
        D::check_cited(&question)?;
        Ok(Self { release, question })
    }
}

/// The canonical question that a citation holds, of whatever dataset.
///
/// # Errors
/// When the text is no citation.
pub fn cited_question(text: &str) -> Result<String, InvalidCitation> {
    parts(text).map(|(.., canonical)| canonical)
}

/// The number of the release, the method, the tier and the canonical question of a citation.
fn parts(text: &str) -> Result<(u32, Method, Tier, String), InvalidCitation> {
    let rest = text.strip_prefix("release-").ok_or_else(|| invalid("no `release-` in front"))?;
    let (number, rest) = rest.split_once('-').unwrap_or_default();
    let release = number.parse::<u32>().ok().filter(|release| release.to_string() == number);
    let release = release.ok_or_else(|| invalid("no number of a release"))?;
    let (method, rest) = match rest.strip_prefix('m').and_then(|rest| rest.split_once('-')) {
        Some((number, rest)) => {
            let known = number.parse().ok().and_then(Method::numbered).filter(|method| *method != Method::First);
            (known.ok_or_else(|| invalid("no method that is known here"))?, rest)
        }
        None => (Method::First, rest),
    };
    let (tier, sealed) = rest.split_once('-').unwrap_or((rest, ""));
    let tier: Tier = tier.parse().map_err(|_| invalid("no tier"))?;
    let canonical = unseal(sealed).ok_or_else(|| invalid("a question that is cut or changed"))?;
    Ok((release, method, tier, canonical))
}

/// The letters of short citations: no two are taken for each other.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// How many of them a short citation has: five bits each, 128 in all.
const LENGTH: usize = 26;

/// The short form of a citation: its release, and a digest under which the whole of it is kept.
///
/// # Errors
/// When the text is no whole citation.
pub fn short_citation(citation: &str, digest: [u8; 16]) -> Result<String, InvalidCitation> {
    let (release, ..) = parts(citation)?;
    let number = u128::from_be_bytes(digest);
    let letter = |at: usize| {
        let five_bits = usize::try_from((number >> (5 * (LENGTH - 1 - at))) & 31);
        char::from(LETTERS[five_bits.unwrap_or_default()])
    };
    Ok(format!("release-{release}-{}", (0..LENGTH).map(letter).collect::<String>()))
}

/// Whether a text is built like a short citation.
pub fn is_short_citation(text: &str) -> bool {
    let number_and_digest = text.strip_prefix("release-").and_then(|rest| rest.split_once('-'));
    number_and_digest.is_some_and(|(number, digest)| {
        number.bytes().all(|byte| byte.is_ascii_digit())
            && digest.len() == LENGTH
            && digest.bytes().all(|byte| LETTERS.contains(&byte))
    })
}

fn check(text: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(text));
    [a, b, c, d]
}

/// The sealed form of a canonical question.
pub fn seal(canonical: &str) -> String {
    URL_SAFE_NO_PAD.encode([canonical.as_bytes(), &check(canonical.as_bytes())].concat())
}

fn unseal(sealed: &str) -> Option<String> {
    let mut bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let found = bytes.split_off(bytes.len().checked_sub(4)?);
    (found == check(&bytes)).then(|| String::from_utf8(bytes).ok()).flatten()
}

/// The named parts of a canonical question, taken out one after the other.
pub struct Named<'a>(BTreeMap<&'a str, Option<&'a str>>);

impl<'a> Named<'a> {
    /// What stands in front of the first `;`, and the named parts behind it.
    ///
    /// # Errors
    /// When a name stands there twice.
    pub fn read(canonical: &'a str) -> Result<(&'a str, Self), InvalidCitation> {
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

    /// The value of a name, as it stands there.
    pub fn value(&mut self, name: &str) -> Option<&'a str> {
        self.0.remove(name).map(Option::unwrap_or_default)
    }

    /// The values of a name.
    ///
    /// # Errors
    /// When one of them is no code.
    pub fn list(&mut self, name: &str) -> Result<Option<Vec<String>>, InvalidCitation> {
        self.value(name).map(|value| value.split(',').map(unescape).collect()).transpose()
    }

    /// The values of a name that must be there.
    ///
    /// # Errors
    /// When it is not, or one of them is no code.
    pub fn required(&mut self, name: &str) -> Result<Vec<String>, InvalidCitation> {
        self.list(name)?.ok_or_else(|| invalid(format!("no `{name}`")))
    }

    /// What every question names: the areas and, of what an organisation handed in itself, the organisation.
    ///
    /// # Errors
    /// When there are no areas, or one of them is no code.
    pub fn asked(&mut self) -> Result<Asked, InvalidCitation> {
        let areas = Some(self.required("areas")?);
        let provider = self.list("provider")?.map(|codes| codes.join(","));
        let purpose = provider.as_ref().map(|_| OWN_RESULTS.to_owned());
        Ok(Asked { purpose, areas, provider, ..Asked::default() })
    }

    /// Whether a name stands there, which has no value.
    ///
    /// # Errors
    /// When it has one.
    pub fn flag(&mut self, name: &str) -> Result<bool, InvalidCitation> {
        match self.0.remove(name) {
            Some(Some(_)) => Err(invalid(format!("a value of `{name}`"))),
            found => Ok(found.is_some()),
        }
    }

    /// Nothing may be left over.
    ///
    /// # Errors
    /// When something is.
    pub fn finish(self) -> Result<(), InvalidCitation> {
        match self.0.keys().next() {
            Some(unknown) => Err(invalid(format!("the unknown part `{unknown}`"))),
            None => Ok(()),
        }
    }
}

/// A code without the characters that separate codes.
pub fn escape(code: &str) -> Cow<'_, str> {
    if !code.contains(['%', ';', ',', '=']) {
        return Cow::Borrowed(code);
    }
    Cow::Owned(code.replace('%', "%25").replace(';', "%3B").replace(',', "%2C").replace('=', "%3D"))
}

/// A code that was [escaped](escape).
///
/// # Errors
/// When the text was not.
pub fn unescape(text: &str) -> Result<String, InvalidCitation> {
    let code = text.replace("%3B", ";").replace("%2C", ",").replace("%3D", "=").replace("%25", "%");
    if text.is_empty() || escape(&code) != text {
        return Err(invalid(format!("the code `{text}`")));
    }
    Ok(code)
}
