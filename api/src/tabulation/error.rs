//! Why a question cannot be asked.

/// Why a question cannot be asked. Depends on the question, the catalogue, the grant and on who took part, never on scores.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// There is no such thing, or none within the grant: the two are not told apart.
    #[error("{0}")]
    NotFound(String),
    /// The question breaks a rule of shape.
    #[error("{0}")]
    Invalid(String),
    /// The tier or the agreement does not allow it.
    #[error("{0}")]
    Forbidden(String),
    /// The table would have too many cells.
    #[error("the table would have {found} cells; the most is {limit}")]
    TooManyCells {
        /// How many it would have.
        found: usize,
        /// The most that are allowed.
        limit: usize,
    },
}

impl PlanError {
    /// No area has that code, or none within the grant.
    pub fn no_area(code: &str) -> Self {
        Self::NotFound(format!("no area `{code}` is within your agreements for this purpose"))
    }

    /// No framework has that code.
    pub fn no_framework(code: &str) -> Self {
        Self::NotFound(format!("no framework has the code `{code}`"))
    }

    /// The release holds no result of a framework.
    pub fn no_period(framework: &str) -> Self {
        Self::NotFound(format!("the release holds no period for `{framework}`"))
    }

    /// A list names nothing.
    pub fn empty(list: &str) -> Self {
        Self::Invalid(format!("`{list}` is empty; leave it out or name at least one"))
    }
}
