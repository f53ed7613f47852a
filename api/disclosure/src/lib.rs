//! Statistical disclosure control for tables of institution results: exact figures in, figures that may be shown out.
//!
//! Pure: no input or output, no clock, no ambient randomness, no serialisation. The one secret is a [`NoiseKey`]; the
//! method and every parameter are public.
//!
//! [`RawTable`] → [`protect`] (key, [`Tier`]) → [`ProtectedTable`]
//!
//! [`RawStudentTable`] → [`protect_students`] (key, [`Tier`]) → [`ProtectedStudentTable`]
//!
//! Read [`protect`] first: what it guarantees, and by what method; then [`protect_students`], for sums in which institutions
//! weigh unequally. Behind them stand `contributions` (dominance and flattening), `noise` (sticky, layered, nested by
//! tier), `gaussian` (one draw), `key` (the pseudorandom function), `band` (what may be said of a noised total) and
//! `step` (clean rounding).
//!
//! What is absent here: whether a question may be asked at all, whether dropping one condition changes the set by too
//! few, and the budget of new tabulations. Those who decide them hand in [`RawCell::Withheld`].

mod band;
mod contributions;
mod estimate;
mod gaussian;
mod key;
mod noise;
mod protect;
mod protected;
mod status;
mod step;
mod students;
mod table;
mod tier;

pub use contributions::Contributions;
pub use estimate::Estimate;
pub use key::NoiseKey;
pub use protect::protect;
pub use protected::{ProtectedCell, ProtectedOverall, ProtectedTable};
pub use status::{Bound, CellStatus, HiddenReason};
pub use students::{
    CountedStudents, ProtectedStudentCell, ProtectedStudentTable, RawStudentCell, RawStudentTable, SecretGroup,
    hidden_cohort, protect_students,
};
pub use table::{Counted, CountedOverall, Label, RawCell, RawOverall, RawTable};
pub use tier::{InvalidTier, Rules, Tier};
