//! Taking back what was handed in.

use crate::{
    domain::{TakenBack, Withdrawal},
    ingest,
};

use super::{Error, Operator, operator::check_text};

/// What is taken back, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawRequest {
    /// The code of the organisation that handed it in.
    pub organisation: String,
    /// The number of the submission that it came with; any where absent.
    pub submission: Option<i64>,
    /// The terms and cohort years; any where there are none.
    pub periods: Vec<crate::domain::Publishable>,
    /// The institutions, each by the scheme of its identifier and the identifier; any where there are none.
    pub institutions: Vec<(String, String)>,
    /// Why.
    pub why: Option<String>,
}

/// What became of a withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawReport {
    /// The number under which it is kept; `None` where it was only tried.
    pub submission: Option<i64>,
    /// What is taken back, by period.
    pub taken_back: Vec<TakenBack>,
}

impl Operator<'_> {
    /// Takes back results and counts of destinations that an organisation handed in. A release that was published stays as it is;
    /// the next edition of each period leaves them out, by the rules by which corrections show.
    ///
    /// # Errors
    /// When the organisation is unknown, it holds nothing such, the reason is no line of text, or the database fails: then nothing is
    /// taken back.
    pub async fn withdraw(&self, request: &WithdrawRequest) -> Result<WithdrawReport, Error> {
        self.check_not_demo().await?;
        check_text("why", request.why.as_deref())?;
        let withdrawal = self.withdrawal(request).await?;
        let done = self.recording().withdraw(&withdrawal, request.why.clone(), self.0.now()).await?;
        let (submission, taken_back) = done.ok_or_else(|| self.nothing(request))?;
        Ok(WithdrawReport { submission: Some(submission), taken_back })
    }

    /// What [`withdraw`](Self::withdraw) would take back. Changes nothing.
    ///
    /// # Errors
    /// As there.
    pub async fn try_withdraw(&self, request: &WithdrawRequest) -> Result<WithdrawReport, Error> {
        check_text("why", request.why.as_deref())?;
        let taken_back = self.0.store().to_take_back(&self.withdrawal(request).await?).await?;
        if taken_back.is_empty() {
            return Err(self.nothing(request));
        }
        Ok(WithdrawReport { submission: None, taken_back })
    }

    async fn withdrawal(self, request: &WithdrawRequest) -> Result<Withdrawal, Error> {
        let register = self.0.store().register().await?;
        let kept_under = |(scheme, identifier): &(String, String)| {
            let (named, _) = ingest::named(scheme, identifier, self.0.secret());
            register.identify(named).institution
        };
        Ok(Withdrawal {
            organisation: request.organisation.clone(),
            submission: request.submission,
            periods: request.periods.clone(),
            institutions: request.institutions.iter().map(kept_under).collect(),
        })
    }

    fn nothing(self, request: &WithdrawRequest) -> Error {
        let misnamed = request.institutions.iter().find_map(|(scheme, identifier)| self.misnamed((scheme, identifier)));
        misnamed.unwrap_or_else(|| {
            Error::NotFound(format!(
                "`{}` handed in nothing such that holds: it was never handed in, was corrected by somebody else, or was taken back",
                request.organisation
            ))
        })
    }
}
