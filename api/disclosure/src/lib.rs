//! Statistical disclosure control for tables of institution results: exact figures in, figures that may be shown out.
//!
//! Pure: no input or output, no clock, no ambient randomness, no serialisation, nothing kept from one call to the next. The one secret is a [`NoiseKey`]; the
//! method and every parameter are public.
//!
//! [`RawTable`] (its [`Tier`]) → [`protect`] (key) → [`ProtectedTable`]
//!
//! [`RawStudentTable`] (its [`Tier`]) → [`protect_students`] (key) → [`ProtectedStudentTable`]
//!
//! Read [`protect`] first: what it guarantees, and by what method; then [`protect_students`], for sums in which institutions
//! weigh unequally. Behind them stand `contributions` (dominance and ceilings), `noise` (sticky, layered, nested by
//! tier), `gaussian` (one draw), `key` (the pseudorandom function), `band` (what may be said of a noised total),
//! `quantile` (quartiles of a published distribution) and `step` (clean rounding).
//!
//! Beside it: [`expect`] and [`expect_students`] (what a table would look like, from [`Sizes`] and [`CohortSizes`], which are
//! public), [`has_low_effect`] (the rule for cells that
//! come too close to others), and what may be made of published values, [`ProtectedCell::change_since`] and
//! [`ProtectedTable::reconcile`].
//!
//! What is absent here: whether a question may be asked at all, how far dropping one condition changes a set, and which
//! tabulations were asked before. Those who find out hand in [`RawCell::Withheld`].

mod band;
mod between;
mod change;
mod contributions;
mod effect;
mod estimate;
mod expected;
pub mod gaussian;
mod guard;
mod key;
mod method;
mod noise;
mod protect;
mod protected;
mod quantile;
mod reconcile;
mod sizes;
mod status;
mod step;
mod students;
mod subject;
mod table;
mod tier;

pub use between::share_between;
pub use change::Change;
pub use contributions::{CappedSum, Ceiling, Contributions};
pub use effect::{Effect, effect};
pub use estimate::Estimate;
pub use expected::{ExpectedCell, ExpectedStudents, expect, expect_students};
pub use guard::{FEWEST_AROUND, has_low_effect};
pub use key::NoiseKey;
pub use method::Method;
pub use protect::protect;
pub use protected::{ProtectedCell, ProtectedOverall, ProtectedTable};
pub use reconcile::Sum;
pub use sizes::{CohortSizes, SizedCell, SizedCohort, Sizes};
pub use status::{Bound, CellStatus, HiddenReason};
pub use students::{
    CountedStudents, ProtectedStudentCell, ProtectedStudentTable, RawStudentCell, RawStudentTable, SecretGroup,
    hidden_cohort, protect_students,
};
pub use table::{Counted, CountedOverall, Label, Named, RawCell, RawOverall, RawTable};
pub use tier::{InvalidTier, POOL_TABULATIONS, Rules, Tier};
