//! Short citations: a footnote bears them, and the question is kept under them.

use std::borrow::Cow;

use crate::{policy, tabulation};

use super::{Error, Reader};

impl Reader {
    /// The short form of a citation, of 40 characters at the most, under which it is kept from now on. It follows from the citation and
    /// the secret, so nobody finds out by trying what others have asked.
    ///
    /// # Errors
    /// When it is no whole citation, or the database is away.
    pub async fn short_citation(&self, citation: &str) -> Result<String, Error> {
        let short = tabulation::short_citation(citation, self.exchange.secret().citation_digest(citation))?;
        if self.exchange.citations.get(&short).is_none() {
            self.exchange.store().keep_citation(&short, citation).await?;
            self.exchange.citations.insert(short.clone(), citation.into());
        }
        Ok(short)
    }

    /// The whole citation that a text stands for, being one itself or a short one.
    ///
    /// # Errors
    /// When the viewer may not ask at all, a short one is not known, or the database is away.
    pub async fn whole_citation<'a>(&self, text: &'a str) -> Result<Cow<'a, str>, Error> {
        policy::identify(self.viewer(), self.session.directory())?;
        if !tabulation::is_short_citation(text) {
            return Ok(Cow::Borrowed(text));
        }
        if let Some(known) = self.exchange.citations.get(text) {
            return Ok(Cow::Owned(known.to_string()));
        }
        let found = self.exchange.store().kept_citation(text).await?;
        let found = found.ok_or_else(|| Error::NotFound("no citation like this is known".to_owned()))?;
        self.exchange.citations.insert(text.to_owned(), found.as_str().into());
        Ok(Cow::Owned(found))
    }
}
