//! Positions in a catalogue, of areas and of frameworks: the two cannot be mixed up.

/// The position of an area in one catalogue. Another catalogue may hold another area there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AreaIndex(usize);

/// The position of a framework in one catalogue. Another catalogue may hold another framework there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameworkIndex(usize);

impl From<usize> for AreaIndex {
    fn from(position: usize) -> Self {
        Self(position)
    }
}

impl From<AreaIndex> for usize {
    fn from(index: AreaIndex) -> Self {
        index.0
    }
}

impl From<usize> for FrameworkIndex {
    fn from(position: usize) -> Self {
        Self(position)
    }
}

impl From<FrameworkIndex> for usize {
    fn from(index: FrameworkIndex) -> Self {
        index.0
    }
}
