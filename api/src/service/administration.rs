//! What an administrator sees: every organisation, and every issuer with the clients that are let in.

use crate::{auth::Scope, domain::Organisation, policy};

use super::{Error, IssuerListed, Page, Reader, issuers::listed};

impl Reader {
    /// Organisations in order of code, those that ended too where they are wanted, after a code.
    ///
    /// # Errors
    /// When the viewer's token does not manage organisations.
    pub fn organisations(&self, ended: bool, after: Option<&str>, most: usize) -> Result<Page<Organisation>, Error> {
        let directory = self.session.directory();
        policy::mandate(self.viewer(), directory, Scope::OrganisationsManage)?;
        let wanted = |organisation: &&Organisation| ended || organisation.ended_on.is_none();
        let mut all: Vec<&Organisation> = directory.organisations().iter().filter(wanted).collect();
        all.sort_unstable_by(|one, other| one.code.cmp(&other.code));
        let total = all.len();
        let mut rest =
            all.into_iter().filter(|organisation| after.is_none_or(|after| organisation.code.as_str() > after));
        let items: Vec<Organisation> = rest.by_ref().take(most).cloned().collect();
        Ok(Page { items, total, more: rest.next().is_some() })
    }

    /// Every issuer that holds, with the clients that are let in; those that ended too where they are wanted.
    ///
    /// # Errors
    /// When the viewer's token does not manage issuers, or the database fails.
    pub async fn issuers(&self, ended: bool) -> Result<Vec<IssuerListed>, Error> {
        policy::mandate(self.viewer(), self.session.directory(), Scope::IssuersManage)?;
        let mut issuers = listed(self.exchange.store()).await?;
        issuers.retain(|listed| ended || listed.issuer.ended_at.is_none());
        Ok(issuers)
    }
}
