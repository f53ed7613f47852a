//! What may be said about a value, and why it is not said.

/// What sort of value an estimate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CellStatus {
    /// The value is given.
    Ok,
    /// The value is given; its standard error is above 20 % of it, or above 5 % of the scale (5 points for a share).
    Unreliable,
    /// There is a value and it is not given, to protect institutions.
    Confidential,
    /// There can be no value: the framework has no such benchmark.
    NotApplicable,
    /// There is no value: nothing was collected.
    NotAvailable,
    /// The value is given as 0 because it is below the rounding, or below 3 institutions. It is not exactly none.
    RoundsToZero,
}

/// Why a value is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HiddenReason {
    /// Too few institutions or students.
    SmallGroup,
    /// One or two institutions make up most of the sum.
    Dominance,
    /// Dropping one condition changes the set by too few institutions.
    LowEffect,
    /// The organisation's budget of new tabulations is spent.
    Budget,
    /// The agreement does not allow it.
    Policy,
    /// No institution was assessed.
    NotCollected,
    /// The framework asked for has no benchmark like it.
    NoCounterpart,
}

/// On which side of the value given the noised figure lies, where the value is the edge of a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bound {
    /// At most the value.
    AtMost,
    /// At least the value.
    AtLeast,
}

impl CellStatus {
    /// The symbol of official statistics for it in exports (`u c z x low`); none where the value stands by itself.
    pub fn symbol(self) -> Option<&'static str> {
        match self {
            Self::Ok => None,
            Self::Unreliable => Some("u"),
            Self::Confidential => Some("c"),
            Self::NotApplicable => Some("z"),
            Self::NotAvailable => Some("x"),
            Self::RoundsToZero => Some("low"),
        }
    }
}

impl HiddenReason {
    /// The status of an estimate hidden for this reason.
    pub fn status(self) -> CellStatus {
        match self {
            Self::SmallGroup | Self::Dominance | Self::LowEffect | Self::Budget | Self::Policy => {
                CellStatus::Confidential
            }
            Self::NotCollected => CellStatus::NotAvailable,
            Self::NoCounterpart => CellStatus::NotApplicable,
        }
    }
}
